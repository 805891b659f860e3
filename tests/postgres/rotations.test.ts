import { describe, expect, test } from '@jest/globals'
import type { Keyring } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const HOUR_MS = 3_600_000

/** Several processes, as far as the database can tell. */
const openKeyrings = (count: number) =>
  Array.from({ length: count }, () => openKeyring({ databaseUrl: database.url, cache: false }))

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T

const late = () => new Promise<void>((resolve) => setTimeout(resolve, Math.random() * 20))

/** `done`, or the code of the error. */
const outcomeOf = (change: PromiseLike<unknown>): PromiseLike<string> =>
  change.then(
    () => 'done',
    ({ code }) => code,
  )

function count(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

async function issueKey(keyring: Keyring) {
  const owner = await database.addTenant()
  const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })
  return { tenantId: owner.tenantId, id: apiKey.id }
}

describe('200 rotations of one key at once', () => {
  test.each([0, HOUR_MS])(
    'with a grace of %i ms make one successor',
    async (graceMs) => {
      const keyrings = openKeyrings(4)
      const key = await issueKey(keyrings[0] as Keyring)

      const outcomes = await Promise.all(
        Array.from({ length: 200 }, (_, n) =>
          outcomeOf((keyrings[n % 4] as Keyring).rotate({ ...key, graceMs })),
        ),
      )

      const successors = await database.query('SELECT id FROM api_keys WHERE rotated_from_id = $1', [key.id])
      const events = await database.query(
        `SELECT type, count(*)::int FROM api_key_events WHERE tenant_id = $1 GROUP BY type ORDER BY type`,
        [key.tenantId],
      )
      expect(count(outcomes)).toEqual({ done: 1, conflict: 199 })
      expect(successors).toHaveLength(1)
      expect(events).toEqual([
        { type: 'issued', count: 2 },
        { type: 'rotated', count: 1 },
      ])
    },
    60_000,
  )
})

/** Keys that live although their family was revoked, and those that were made after that. */
const survivors = (tenantId: string) =>
  database.query(
    `SELECT live.id FROM api_keys live JOIN api_keys ended
       ON COALESCE(ended.family_id, ended.id) = COALESCE(live.family_id, live.id)
     WHERE live.tenant_id = $1 AND live.revoked_at IS NULL AND ended.revoked_at IS NOT NULL`,
    [tenantId],
  )

describe('a family that is revoked while it is rotated and updated', () => {
  test('has no live member afterwards, in 150 random interleavings', async () => {
    const keyrings = openKeyrings(3)
    const rounds: string[][] = []

    for (let round = 0; round < 150; round += 1) {
      const key = await issueKey(keyrings[0] as Keyring)
      const second = await (keyrings[0] as Keyring).rotate({ ...key, graceMs: HOUR_MS })
      const ids = [key.id, second.apiKey.id]
      const { tenantId } = key
      const rotateOn = async () => {
        // From the newest on, as long as it lets itself be rotated.
        let id = second.apiKey.id
        for (let times = pick([1, 2, 4]); times > 0; times -= 1) {
          id = (await pick(keyrings).rotate({ tenantId, id, graceMs: pick([0, HOUR_MS]) })).apiKey.id
        }
      }
      const changes: (() => Promise<unknown>)[] = [
        rotateOn,
        () => pick(keyrings).update({ tenantId, id: pick(ids), name: 'CD', expiresAt: null }),
        () => pick(keyrings).update({ tenantId, id: pick(ids), scopes: ['orders:read'] }),
        () => pick(keyrings).revoke({ tenantId, id: pick(ids), family: true }),
      ]
      const outcomes = await Promise.all(changes.map((change) => outcomeOf(late().then(() => change()))))
      rounds.push(outcomes)
      expect(await survivors(tenantId)).toEqual([])
    }

    // Both orders came about, and nothing but what is meant to happen.
    const all = count(rounds.flat())
    expect(Object.keys(all).sort()).toEqual(['conflict', 'done'])
    expect(new Set(rounds.map(([rotated]) => rotated)).size).toBe(2)
    expect(rounds.every((outcomes) => outcomes[3] === 'done')).toBe(true)
  }, 240_000)

  test('and all keys of its tenant are, has none either', async () => {
    const keyrings = openKeyrings(3)

    for (let round = 0; round < 40; round += 1) {
      const key = await issueKey(keyrings[0] as Keyring)
      const { tenantId } = key
      const rotateOn = async () => {
        let { id } = key
        for (let times = 0; times < 5; times += 1) {
          id = (await pick(keyrings).rotate({ tenantId, id, graceMs: HOUR_MS })).apiKey.id
        }
      }
      const outcomes = await Promise.all([
        outcomeOf(rotateOn()),
        outcomeOf(late().then(() => pick(keyrings).revokeAll({ tenantId }))),
        outcomeOf(late().then(() => pick(keyrings).revoke({ ...key, family: true }))),
      ])

      expect(outcomes.slice(1)).toEqual(['done', 'done'])
      expect(await survivors(tenantId)).toEqual([])
    }
  }, 120_000)
})

describe('a transaction of the database’s own kind', () => {
  test('that is serializable by default changes nothing about it', async () => {
    await database.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable',
        current_database()); END $$`,
    )
    const keyrings = openKeyrings(3)
    const key = await issueKey(keyrings[0] as Keyring)

    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, n) => outcomeOf((keyrings[n % 3] as Keyring).rotate(key))),
    )
    await (keyrings[0] as Keyring).revoke({ ...key, family: true })

    expect(count(outcomes)).toEqual({ done: 1, conflict: 59 })
    expect(await survivors(key.tenantId)).toEqual([])
  }, 60_000)
})
