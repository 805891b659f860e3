import { describe, expect, test } from '@jest/globals'
import type { PruneInput } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const DAY_MS = 86_400_000

/** Keys that have been in their state for 10 days, by name. */
async function keysOfAllAges() {
  const keyring = openKeyring({ databaseUrl: database.url })
  const { tenantId, userId } = await database.addTenant()
  await database.query(
    `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash, expires_at, revoked_at)
     SELECT $1, $2, name, 'ak_8fK2', encode(sha256(gen_random_uuid()::text::bytea), 'hex'), now() + expires, now() + revoked
     FROM (VALUES ('active', NULL, NULL), ('not yet expired', interval '1 day', NULL),
       ('expired', interval '-10 days', NULL), ('revoked', NULL, interval '-10 days'),
       ('revoked, would live', interval '9 days', interval '-10 days'),
       ('just revoked', NULL, interval '-1 hour')) AS k(name, expires, revoked)`,
    [tenantId, userId],
  )
  const names = async () => {
    const { apiKeys } = await keyring.list({ tenantId })
    return apiKeys.map(({ name }) => name).sort()
  }
  return { keyring, tenantId, userId, names }
}

describe('prune', () => {
  test('deletes keys that ended long ago, and neither those that live nor those that ended lately', async () => {
    const { keyring, tenantId, names } = await keysOfAllAges()

    expect(await keyring.prune({ tenantId, olderThanMs: 5 * DAY_MS })).toEqual({ pruned: 3 })

    expect(await names()).toEqual(['active', 'just revoked', 'not yet expired'])
    expect(await keyring.prune({ tenantId, olderThanMs: 5 * DAY_MS })).toEqual({ pruned: 0 })
  })

  test('leaves other tenants alone', async () => {
    const { names } = await keysOfAllAges()
    const other = await database.addTenant()

    expect(
      await openKeyring({ databaseUrl: database.url }).prune({ tenantId: other.tenantId, olderThanMs: 0 }),
    ).toEqual({ pruned: 0 })

    expect(await names()).toHaveLength(6)
  })

  test('takes along what a key has spent for good, once no key of its rotations is left', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const { tenantId } = owner
    const counted = async () => {
      const rows = await database.query(`SELECT name FROM api_key_counters WHERE name LIKE 'key:%:lifetime'`)
      return rows.map(({ name }) => name)
    }
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', limits: ['5/lifetime'] })
    await keyring.authenticate(secret)
    const successor = await keyring.rotate({ tenantId, id: apiKey.id })

    const before = await counted()
    const first = await keyring.prune({ tenantId, olderThanMs: 0 })
    const between = await counted()
    const { quotas } = await keyring.usage({ tenantId, id: successor.apiKey.id })
    await keyring.revoke({ tenantId, id: successor.apiKey.id })
    const second = await keyring.prune({ tenantId, olderThanMs: 0 })

    expect([first, second]).toEqual([{ pruned: 1 }, { pruned: 1 }])
    expect([before, between]).toEqual(Array(2).fill([`key:${apiKey.id}:lifetime`]))
    expect(quotas).toMatchObject([{ remaining: 4 }])
    expect(await counted()).toEqual([])
  })

  test('needs no right on what is counted, and neither does plain SQL', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', limits: ['5/lifetime'] })
    await keyring.authenticate(secret)
    const role = `deleter_${apiKey.id.slice(0, 8)}`
    await database.query(
      `BEGIN; CREATE ROLE ${role}; GRANT SELECT, DELETE ON api_keys TO ${role}; SET LOCAL ROLE ${role};
       DELETE FROM api_keys WHERE id = '${apiKey.id}'; RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}; COMMIT`,
    )

    const counters = await database.query('SELECT name FROM api_key_counters WHERE name LIKE $1', [
      `key:${apiKey.id}:%`,
    ])

    expect(counters).toEqual([])
  })

  test('leaves the trail of what it deletes, and adds who did it', async () => {
    const { keyring, tenantId, userId } = await keysOfAllAges()
    const { apiKey } = await keyring.issue({ tenantId, userId, name: 'short-lived' })
    const key = { tenantId, id: apiKey.id }
    await keyring.revoke(key)

    await keyring.prune({ tenantId, olderThanMs: 0, actor: { kind: 'user', id: 'admin@example.test' } })

    expect(await keyring.get(key)).toBeNull()
    const { events } = await keyring.events(key)
    expect(events.map(({ type }) => type)).toEqual(['pruned', 'revoked', 'issued'])
    expect(events[0]).toMatchObject({
      actor: { kind: 'user', id: 'admin@example.test', address: null },
      details: { name: 'short-lived', keyPrefix: apiKey.keyPrefix, userId },
    })
  })

  test('of a rotated key leaves its successor, which no longer says where it is from', async () => {
    const { keyring, tenantId, userId } = await keysOfAllAges()
    const old = await keyring.issue({ tenantId, userId, name: 'old' })
    const successor = await keyring.rotate({ tenantId, id: old.apiKey.id })

    await keyring.prune({ tenantId, olderThanMs: 0 })

    const { apiKey } = await keyring.authenticate(successor.secret)
    expect(apiKey).toMatchObject({ rotatedFromId: null, version: 1 })
    expect(await keyring.get({ tenantId, id: old.apiKey.id })).toBeNull()
  })

  test('deletes more keys than one statement takes', async () => {
    const { keyring, tenantId, userId } = await keysOfAllAges()
    await database.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash, revoked_at) SELECT $1, $2, 'many', 'ak_many',
       encode(sha256(gen_random_uuid()::text::bytea), 'hex'), now() - interval '1 year' FROM generate_series(1, 2100) n`,
      [tenantId, userId],
    )

    expect(await keyring.prune({ tenantId, olderThanMs: 100 * DAY_MS })).toEqual({ pruned: 2_100 })
  }, 60_000)

  test.each<[field: string, input: Record<string, unknown>]>([
    ['olderThanMs', { olderThanMs: undefined }],
    ['olderThanMs', { olderThanMs: -1 }],
    ['olderThanMs', { olderThanMs: '30d' }],
    ['tenantId', { tenantId: '%' }],
    ['issuer', { issuer: null }],
    ['actor.kind', { actor: { kind: 'root' } }],
    ['actor.id', { actor: { kind: 'user', id: 7 } }],
    ['actor.address', { actor: { kind: 'user', address: '::1\n' } }],
    ['adress', { actor: { kind: 'user', adress: '::1' } }],
  ])('names the field %s of wrong input, and deletes nothing', async (field, wrong) => {
    const { keyring, tenantId, names } = await keysOfAllAges()

    const pruning = keyring.prune({ tenantId, olderThanMs: 0, ...wrong } as PruneInput)

    await expect(pruning).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(`^${field}: must`),
    })
    expect(await names()).toHaveLength(6)
  })
})
