import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { createUsageWriter } from '../../src/store/usage.js'
import { useDatabase } from '../support/database.js'
import { openPrisma } from '../support/prisma.js'
import { usesAt } from '../support/uses.js'

const database = useDatabase()
const PATIENT_MS = 10_000
const MANY = 10_000

let ids: string[]
beforeAll(async () => {
  const { tenantId, userId } = await database.addTenant()
  const rows = await database.query(
    `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash)
     SELECT $1, $2, 'many', 'ak_many', encode(sha256(n::text::bytea), 'hex') FROM generate_series(1, $3::int) n
     RETURNING id`,
    [tenantId, userId, MANY],
  )
  ids = rows.map(({ id }) => String(id))
})

/** What one process writes with. */
const openWriter = () => createUsageWriter(openPrisma(database).prisma, 'public', PATIENT_MS)

async function timesOf(keys: readonly string[]): Promise<(number | undefined)[]> {
  const rows = await database.query(
    'SELECT DISTINCT last_used_at FROM api_keys WHERE id = ANY($1) ORDER BY 1',
    [keys],
  )
  return rows.map(({ last_used_at }) => (last_used_at as Date | null)?.getTime())
}

async function countDeadlocks(): Promise<number> {
  const [row] = await database.query(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  )
  return Number(row?.deadlocks)
}

describe('two processes that write times of last use', () => {
  test('never turn one back, whoever writes last', async () => {
    const [one, other] = [openWriter(), openWriter()]
    const keys = ids.slice(0, 100)
    const [earlier, later] = [Date.UTC(2030, 0, 1), Date.UTC(2030, 0, 2)]

    await one(usesAt(keys, later))
    await other(usesAt(keys, earlier))

    expect(await timesOf(keys)).toEqual([later])
  })

  test('do not deadlock over 10,000 keys in opposite order', async () => {
    const writers = [openWriter(), openWriter()]
    const orders = [ids, ids.toReversed()]

    for (let round = 1; round <= 8; round += 1) {
      const at = Date.UTC(2031, 0, round)
      await Promise.all(writers.map((write, n) => write(usesAt(orders[n] ?? [], at + n))))
    }

    const ofLastRound = [Date.UTC(2031, 0, 8), Date.UTC(2031, 0, 8) + 1]
    expect((await timesOf(ids)).filter((time) => !ofLastRound.includes(Number(time)))).toEqual([])
    expect(await countDeadlocks()).toBe(0)
  }, 60_000)
})

describe('a transaction of the host’s that changes several keys', () => {
  test('is not the one to end when it meets a write of last uses in the opposite order', async () => {
    const [first, second] = ids.slice(0, 2).toSorted()
    const write = openWriter()
    const host = new pg.Client({ connectionString: database.url })
    await host.connect()
    const revoke = (id: string | undefined) =>
      host.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id])

    await host.query('BEGIN')
    await revoke(second)
    const writing = write(usesAt([String(first), String(second)], Date.UTC(2032, 0, 1))).catch(() => {})
    // The server looks for a deadlock after 1 s of waiting, once: from now on it is the host's to find.
    await sleep(1_500)
    const outcome = await revoke(first).then(
      () => 'done',
      ({ message }) => message,
    )
    await host.query('COMMIT')
    await writing
    await host.end()

    expect(outcome).toBe('done')
  }, 30_000)
})
