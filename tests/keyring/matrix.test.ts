import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { IssuedKey, Keyring, Principal } from 'express-api-keys'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

// Every verb that manages keys, asked in one's own tenant for a key of one's own, of another tenant's, and for none,
// by the application itself and by issuers of all kinds.

const database = useDatabase()

const ids = ['own', 'other’s', 'missing'] as const
const issuers = ['none', 'all', 'no manage', 'other tenant’s', 'revoked'] as const
type Id = (typeof ids)[number]
type Issuer = (typeof issuers)[number]

interface Asked {
  readonly tenantId: string
  readonly userId: string
  readonly id: string
  readonly issuer: { issuer?: Principal }
}

const verbs = {
  issue: (keyring, { tenantId, userId, issuer }) =>
    keyring.issue({ tenantId, userId, name: 'CI', ...issuer }),
  rotate: (keyring, { tenantId, id, issuer }) => keyring.rotate({ tenantId, id, ...issuer }),
  update: (keyring, { tenantId, id, issuer }) => keyring.update({ tenantId, id, name: 'CD', ...issuer }),
  revoke: (keyring, { tenantId, id, issuer }) => keyring.revoke({ tenantId, id, ...issuer }),
  'revoke family': (keyring, { tenantId, id, issuer }) =>
    keyring.revoke({ tenantId, id, family: true, ...issuer }),
  revokeAll: (keyring, { tenantId, issuer }) => keyring.revokeAll({ tenantId, ...issuer }),
  prune: (keyring, { tenantId, issuer }) => keyring.prune({ tenantId, olderThanMs: 0, ...issuer }),
  get: (keyring, { tenantId, id, issuer }) => keyring.get({ tenantId, id, ...issuer }),
  list: (keyring, { tenantId, issuer }) => keyring.list({ tenantId, ...issuer }),
  events: (keyring, { tenantId, id, issuer }) => keyring.events({ tenantId, id, ...issuer }),
} satisfies Record<string, (keyring: Keyring, asked: Asked) => Promise<unknown>>
type Verb = keyof typeof verbs

// These know no issuer: whoever may call them is the application's to say. A field that they do not know is refused.
const withoutIssuer: readonly Verb[] = ['prune', 'get', 'list', 'events']
const namesKey: readonly Verb[] = ['rotate', 'update', 'revoke', 'revoke family']

/** What comes of it: the one table that decides. */
function expected(verb: Verb, id: Id, issuer: Issuer): string {
  if (withoutIssuer.includes(verb)) return issuer === 'none' ? 'done' : 'invalid_input'
  if (issuer !== 'none' && issuer !== 'all') return 'exceeds_issuer'
  return namesKey.includes(verb) && id !== 'own' ? 'not_found' : 'done'
}

interface Party {
  readonly owner: TenantWithUser
  readonly key: IssuedKey
  readonly issuers: Readonly<Record<Exclude<Issuer, 'none' | 'other tenant’s'>, Principal>>
}

let keyring: Keyring
// For what is refused, and so leaves them as they are; everything else has two of its own.
let unchanged: readonly [Party, Party]
beforeAll(async () => {
  keyring = openKeyring({ databaseUrl: database.url })
  unchanged = [await createParty(), await createParty()]
})

async function createParty(): Promise<Party> {
  const owner = await database.addTenant()
  const issuerWith = async (scopes: string[]) =>
    keyring.authenticate((await keyring.issue({ ...owner, name: 'issuer', scopes })).secret)
  const revoked = await issuerWith(['*'])
  await keyring.revoke({ tenantId: owner.tenantId, id: revoked.apiKey.id })
  return {
    owner,
    key: await keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'] }),
    issuers: { all: await issuerWith(['*']), 'no manage': await issuerWith(['orders:*']), revoked },
  }
}

function issuerOf(issuer: Issuer, own: Party, other: Party): { issuer?: Principal } {
  if (issuer === 'none') return {}
  return { issuer: issuer === 'other tenant’s' ? other.issuers.all : own.issuers[issuer] }
}

const contentOf = ({ owner }: Party) =>
  database.query(
    `SELECT (SELECT json_agg(to_jsonb(k) - 'last_used_at' ORDER BY id) FROM api_keys k WHERE tenant_id = $1) AS keys,
     (SELECT count(*)::int FROM api_key_events WHERE tenant_id = $1) AS events`,
    [owner.tenantId],
  )

const cases = Object.keys(verbs).flatMap((verb) =>
  ids.flatMap((id) =>
    issuers.map((issuer): [Verb, Id, Issuer, string] => [
      verb as Verb,
      id,
      issuer,
      expected(verb as Verb, id, issuer),
    ]),
  ),
)

describe.each([
  ['first', 0, 1],
  ['second', 1, 0],
] as const)('asked in the %s of two tenants,', (_, own, others) => {
  test.each(cases)('%s of the id %s by the issuer %s: %s', async (verb, id, issuer, outcome) => {
    const parties = outcome === 'done' ? ([await createParty(), await createParty()] as const) : unchanged
    const [party, other] = [parties[own], parties[others]]
    const named = { own: party.key.apiKey.id, 'other’s': other.key.apiKey.id, missing: randomUUID() }
    const before = { party: await contentOf(party), other: await contentOf(other) }

    const asked = { ...party.owner, id: named[id], issuer: issuerOf(issuer, party, other) }
    const result = await verbs[verb](keyring, asked).then(
      () => 'done',
      ({ code }) => code,
    )

    expect(result).toBe(outcome)
    expect(await contentOf(other)).toEqual(before.other)
    if (outcome !== 'done') expect(await contentOf(party)).toEqual(before.party)
  })
})

describe('what is read of another tenant', () => {
  test.each(['get', 'list', 'events'] as const)('by %s is nothing', async (verb) => {
    const [party, other] = [await createParty(), await createParty()]

    const read = await verbs[verb](keyring, { ...party.owner, id: other.key.apiKey.id, issuer: {} })

    expect(JSON.stringify(read)).not.toContain(other.key.apiKey.id)
    expect(JSON.stringify(read)).not.toContain(other.owner.tenantId)
  })
})
