import { once } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { epochOf, newHash } from '../store/epoch-of.js'
import { useDatabase } from '../support/database.js'

const database = useDatabase()
const { owner, readEpoch } = epochOf(database)

const CHANNEL = 'api_keys.public'

/** Everything that is announced while something happens. Announcements come in the order of commits. */
async function announcedBy(happen: () => Promise<unknown>): Promise<string[]> {
  const end = `end ${newHash()}`
  const heard: string[] = []
  const listener = new pg.Client({ connectionString: database.url })
  listener.on('notification', ({ payload = '' }) => heard.push(payload))
  await listener.connect()
  await listener.query(`LISTEN "${CHANNEL}"`)
  await happen()
  await database.query('SELECT pg_notify($1, $2)', [CHANNEL, end])
  while (!heard.includes(end)) await once(listener, 'notification')
  await listener.end()
  return heard.slice(0, heard.indexOf(end))
}

async function hashesOf(ids: readonly string[]): Promise<string[]> {
  const rows = await database.query('SELECT key_hash FROM api_keys WHERE id = ANY($1)', [ids])
  return rows.map(({ key_hash }) => String(key_hash)).sort()
}

const revoke = (ids: readonly string[]) =>
  database.query('UPDATE api_keys SET revoked_at = now() WHERE id = ANY($1)', [ids])

describe('a change is announced', () => {
  test('with the epoch and the stamp it led to, the stamp before, and the keys it concerns', async () => {
    const { ids } = await owner()
    const [before, hashes] = [await readEpoch(), await hashesOf(ids)]

    const [announced, ...others] = await announcedBy(() => revoke(ids))

    const { epoch, stamp } = await readEpoch()
    expect(others).toEqual([])
    expect(JSON.parse(announced ?? '')).toEqual({ epoch: String(epoch), stamp, before: before.stamp, hashes })
  })

  test.each([1, 2, 50, 115])('once for a statement, with all %i keys of it', async (count) => {
    const { ids } = await owner(count)
    const hashes = await hashesOf(ids)

    const announced = await announcedBy(() => revoke(ids))

    expect(announced.map((text) => JSON.parse(text).hashes.sort())).toEqual([hashes])
  })

  test.each([116, 117, 118, 199, 200, 201, 1_000])(
    'once for a statement, as one of all keys when its %i do not fit',
    async (count) => {
      const { ids } = await owner(count)

      const announced = await announcedBy(() => revoke(ids))

      expect(announced.map((text) => JSON.parse(text).hashes)).toEqual([null])
    },
  )

  test.each([115, 1_000])('in less than 8,000 bytes (%i keys)', async (count) => {
    const { ids } = await owner(count)

    const [announced = ''] = await announcedBy(() => revoke(ids))

    expect(Buffer.byteLength(announced)).toBeLessThan(8_000)
  })

  test.each([
    ['a key that is deleted', 'DELETE FROM api_keys WHERE tenant_id = $1'],
    ['the keys of a tenant that is deleted', 'DELETE FROM tenants WHERE id = $1'],
    ['the keys of a user that is deleted', 'DELETE FROM users WHERE tenant_id = $1'],
    ['the keys of a tenant that is renamed', `UPDATE tenants SET name = 'new' WHERE id = $1`],
    [
      'the keys of a user with a new address',
      'UPDATE users SET email = tenant_id::text WHERE tenant_id = $1',
    ],
  ])('by the hashes of %s', async (_, sql) => {
    const { tenantId, ids } = await owner(3)
    await owner(3)
    const hashes = await hashesOf(ids)

    const announced = await announcedBy(() => database.query(sql, [tenantId]))

    expect(announced.map((text) => JSON.parse(text).hashes.sort())).toEqual([hashes])
  })

  test('as one of all keys when the table is emptied', async () => {
    await owner()

    const announced = await announcedBy(() => database.query('TRUNCATE api_keys'))

    expect(announced.map((text) => JSON.parse(text).hashes)).toEqual([null])
  })
})

describe('nothing is announced', () => {
  test.each([
    ['by a last use', `UPDATE api_keys SET last_used_at = now()`],
    ['by another name', `UPDATE api_keys SET name = 'new'`],
    ['by what is rolled back', `BEGIN; UPDATE api_keys SET revoked_at = now(); ROLLBACK`],
  ])('%s', async (_, sql) => {
    await owner(3)

    expect(await announcedBy(() => database.query(sql))).toEqual([])
  })

  test('by a new key', async () => {
    expect(await announcedBy(() => owner(3))).toEqual([])
  })
})

describe('announcements follow each other', () => {
  const chained = (announced: string[], from: string) => {
    let known = from
    for (const text of announced) {
      const { before, stamp } = JSON.parse(text)
      expect(before).toBe(known)
      known = stamp
    }
    return known
  }

  test('within a transaction', async () => {
    const { ids } = await owner(3)
    const before = await readEpoch()

    const announced = await announcedBy(() =>
      database.query(
        `BEGIN; ${ids.map((id) => `UPDATE api_keys SET revoked_at = now() WHERE id = '${id}';`).join(' ')} COMMIT`,
      ),
    )

    expect(announced).toHaveLength(3)
    expect(chained(announced, before.stamp)).toBe((await readEpoch()).stamp)
  })

  test('when many transactions commit at once, in the order of their epochs', async () => {
    const { ids } = await owner(60)
    const before = await readEpoch()
    const pool = new pg.Pool({ connectionString: database.url, max: 6 })

    const announced = await announcedBy(() =>
      Promise.all(ids.map((id) => pool.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id]))),
    )
    await pool.end()

    const epochs = announced.map((text) => Number(JSON.parse(text).epoch))
    expect(epochs).toEqual(ids.map((_, n) => before.epoch + 1 + n))
    expect(chained(announced, before.stamp)).toBe((await readEpoch()).stamp)
  })
})
