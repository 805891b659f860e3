import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createImporter, type Importer } from '../../../src/keyring/import/create-importer.js'
import type { KeyOfLine } from '../../../src/keyring/import/import-of-owner.js'
import { type TenantWithUser, useDatabase } from '../../support/database.js'
import { openKeyring } from '../../support/keyring.js'

const database = useDatabase()
const DAY_MS = 86_400_000
const actor = { kind: 'user', id: 'ops@example.test' } as const

let importer: Importer
beforeAll(() => {
  importer = createImporter(database.url, 10_000)
})
afterAll(() => importer.close())

/** A key of another system, in a line of its own. */
function lineOf(
  { tenantId, userId }: TenantWithUser,
  line: number,
  change: Partial<KeyOfLine> = {},
): KeyOfLine {
  return {
    ...{ line, tenantId, userId, name: `key of line ${line}`, keyPrefix: 'sk_live_' },
    keyHash: createHash('sha256').update(randomBytes(32)).digest('hex'),
    ...{ scopes: ['orders:read'], limits: null, allowedCidrs: null, expiresAt: null, createdAt: null },
    ...change,
  }
}

const meant = (...keys: readonly KeyOfLine[]) =>
  importer.importKeys({ keys, refused: [], isMeant: true, actor })
const none = { imported: [], known: [], expired: [], refused: [] }
const namesOf = async (tenantId: string) =>
  (await database.query('SELECT name FROM api_keys WHERE tenant_id = $1 ORDER BY name', [tenantId])).map(
    ({ name }) => name,
  )

describe('an import', () => {
  test('adds the keys of all owners, and tells the trail of each tenant who imported them', async () => {
    const [one, other] = [await database.addTenant(), await database.addTenant()]

    const report = await meant(lineOf(one, 2), lineOf(other, 3), lineOf(one, 4))

    expect(report).toEqual({ ...none, imported: [2, 4, 3] })
    expect(await namesOf(one.tenantId)).toEqual(['key of line 2', 'key of line 4'])
    const { events } = await openKeyring({ databaseUrl: database.url }).events({ tenantId: other.tenantId })
    expect(events).toMatchObject([
      {
        type: 'issued',
        actor: { ...actor, address: null },
        details: { name: 'key of line 3', imported: true, scopes: ['orders:read'] },
      },
    ])
  })

  test('that is not meant tells what it would do, and does nothing', async () => {
    const owner = await database.addTenant()
    const keys = [lineOf(owner, 1)]

    const report = await importer.importKeys({ keys, refused: [], isMeant: false, actor })

    expect(report).toEqual({ ...none, imported: [1] })
    expect(await namesOf(owner.tenantId)).toEqual([])
    expect(
      await database.query('SELECT 1 FROM api_key_events WHERE tenant_id = $1', [owner.tenantId]),
    ).toEqual([])
  })

  test('leaves out keys that are there, and keys that have expired', async () => {
    const owner = await database.addTenant()
    const [known, expired, living] = [
      lineOf(owner, 1),
      lineOf(owner, 2, { expiresAt: new Date(Date.now() - 1) }),
      lineOf(owner, 3, { expiresAt: new Date(Date.now() + DAY_MS) }),
    ]
    await meant(known)

    const report = await meant(known, expired, living)

    expect(report).toEqual({ ...none, imported: [3], known: [1], expired: [2] })
    expect(await namesOf(owner.tenantId)).toEqual(['key of line 1', 'key of line 3'])
  })

  test('of nothing does nothing', async () => {
    expect(await meant()).toEqual(none)
  })

  test('keeps the limits, places and times of a key, and takes now for when it was made where nobody knows', async () => {
    const owner = await database.addTenant()
    const createdAt = new Date('2020-01-31T09:00:00Z')
    const before = Date.now()

    await meant(
      lineOf(owner, 1, { createdAt, limits: ['5/day'], allowedCidrs: ['10.0.0.0/8'], scopes: [] }),
      lineOf(owner, 2),
    )

    const [first, second] = await database.query(
      'SELECT limits, allowed_cidrs, scopes, created_at FROM api_keys WHERE tenant_id = $1 ORDER BY name',
      [owner.tenantId],
    )
    expect(first).toEqual({
      limits: ['5/day'],
      allowed_cidrs: ['10.0.0.0/8'],
      scopes: [],
      created_at: createdAt,
    })
    expect(second).toMatchObject({ limits: [], allowed_cidrs: [], scopes: ['orders:read'] })
    expect(Math.abs(Number(second?.created_at) - before)).toBeLessThan(60_000)
  })
})

describe('a file with a line that is wrong', () => {
  test('adds nothing at all, and tells each line in its order', async () => {
    const [owner, other] = [await database.addTenant(), await database.addTenant()]
    const taken = lineOf(other, 1)
    await meant(taken)
    const good = lineOf(owner, 2)
    const lines = [
      good,
      { ...good, line: 3 },
      { ...good, line: 4 },
      lineOf(owner, 5, { keyHash: taken.keyHash }),
      lineOf({ tenantId: owner.tenantId, userId: other.userId }, 6),
      lineOf({ ...owner, tenantId: 'nobody' }, 8),
    ]

    const report = await importer.importKeys({
      ...{ keys: lines, isMeant: true, actor },
      refused: [{ line: 7, problem: 'is no JSON object' }],
    })

    expect(report.refused).toEqual([
      { line: 3, problem: 'is the same key as line 2' },
      { line: 4, problem: 'is the same key as line 2' },
      { line: 5, problem: 'is a key of another tenant already' },
      { line: 6, problem: 'user_id is no user of the tenant in tenant_id' },
      { line: 7, problem: 'is no JSON object' },
      { line: 8, problem: expect.stringMatching(/^tenant_id must be of the type uuid/) },
    ])
    expect(report.imported).toEqual([2])
    expect(await namesOf(owner.tenantId)).toEqual([])
  })

  test('tells nothing of a key of another tenant, not even that it has expired or was revoked', async () => {
    const [owner, other] = [await database.addTenant(), await database.addTenant()]
    const taken = lineOf(other, 1)
    await meant(taken)
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE tenant_id = $1', [other.tenantId])

    const report = await meant(lineOf(owner, 9, { keyHash: taken.keyHash }))

    expect(report).toEqual({ ...none, refused: [{ line: 9, problem: 'is a key of another tenant already' }] })
  })
})

test('an import says store_unavailable where nothing answers, and can be closed', async () => {
  const nowhere = createImporter('postgresql://nobody:hunter2@127.0.0.1:1/nowhere', 1_000)

  const importing = nowhere.importKeys({ keys: [], refused: [], isMeant: true, actor })

  await expect(importing).rejects.toMatchObject({ code: 'store_unavailable', reason: 'store_failed' })
  await nowhere.close()
})
