import { beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { createUsageWriter } from '../../src/store/usage.js'
import { useDatabase } from '../support/database.js'
import { openPrisma } from '../support/prisma.js'
import { usesAt } from '../support/uses.js'

const database = useDatabase()
const MANY = 12_000

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

const openWriter = (limitMs = 10_000) => {
  const { prisma, countQueries } = openPrisma(database)
  return { write: createUsageWriter(prisma, 'public', limitMs), countQueries }
}

async function timesOf(keys: readonly string[]): Promise<number[]> {
  const rows = await database.query(
    'SELECT DISTINCT last_used_at FROM api_keys WHERE id = ANY($1) ORDER BY 1',
    [keys],
  )
  return rows.map(({ last_used_at }) => (last_used_at as Date | null)?.getTime() ?? 0)
}

describe('a write of last uses', () => {
  test('passes over keys that somebody is changing, without waiting, and says which', async () => {
    const { write } = openWriter()
    const keys = ids.slice(0, 10)
    const [held = ''] = keys
    const host = new pg.Client({ connectionString: database.url })
    await host.connect()
    await host.query('BEGIN')
    await host.query(`UPDATE api_keys SET name = 'held' WHERE id = $1`, [held])
    const at = Date.UTC(2030, 0, 1)

    const { left } = await write(usesAt(keys, at))
    const written = await timesOf(keys.slice(1))
    await host.query('COMMIT')
    await host.end()
    const { left: leftLater } = await write(left)

    expect(left).toEqual(usesAt([held], at))
    expect(written).toEqual([at])
    expect(leftLater.size).toBe(0)
    expect(await timesOf(keys)).toEqual([at])
  })

  test('leaves nothing of keys that are gone, or were used later elsewhere', async () => {
    const { write } = openWriter()
    const keys = ids.slice(10, 20)
    const [later, earlier] = [Date.UTC(2030, 0, 2), Date.UTC(2030, 0, 1)]
    await write(usesAt(keys, later))

    const { left } = await write(usesAt([...keys, '00000000-0000-0000-0000-000000000000'], earlier))

    expect(left.size).toBe(0)
    expect(await timesOf(keys)).toEqual([later])
  })

  test('is one statement, counts and all', async () => {
    const { write, countQueries } = openWriter()
    // BEGIN, the limit and the write; COMMIT is not counted.
    const perTransaction = 3
    countQueries()

    await write(usesAt(ids, Date.UTC(2031, 0, 2)))

    expect(countQueries()).toBe(perTransaction)
    expect(await timesOf(ids)).toEqual([Date.UTC(2031, 0, 2)])
  }, 60_000)

  test('neither grows a version nor steps the epoch', async () => {
    const { write } = openWriter()
    const counted = () =>
      database.query('SELECT epoch, (SELECT sum(version)::int FROM api_keys) AS versions FROM api_key_epoch')
    const before = await counted()

    await write(usesAt(ids.slice(0, 100), Date.UTC(2032, 0, 1)))

    expect(await counted()).toEqual(before)
  })

  test('is ended by the server at the limit', async () => {
    const host = new pg.Client({ connectionString: database.url })
    await host.connect()
    await host.query('BEGIN')
    await host.query('LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE')

    await expect(openWriter(300).write(usesAt(ids.slice(0, 3), Date.UTC(2033, 0, 1)))).rejects.toThrow()
    await new Promise((resolve) => setTimeout(resolve, 500))
    const [row] = await database.query(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database()
       AND wait_event_type = 'Lock'`,
    )
    await host.query('ROLLBACK')
    await host.end()

    expect(row).toEqual({ waiting: 0 })
  })
})
