import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const KEYS = 1_500

/** A tenant with more keys than are changed in one transaction, and the first that a verb would take. */
async function addManyKeys() {
  const { tenantId, userId } = await database.addTenant()
  const rows = await database.query(
    `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash, scopes)
     SELECT $1::uuid, $2, 'CI', 'ak_8fK2', encode(sha256(convert_to($1::uuid || ' ' || n, 'utf8')), 'hex'), '[]'
     FROM generate_series(1, $3::int) AS n RETURNING id`,
    [tenantId, userId, KEYS],
  )
  const [first = ''] = rows.map(({ id }) => String(id)).toSorted()
  return { tenantId, first }
}

const count = async (tenantId: string, condition: string) => {
  const sql = `SELECT count(*)::int AS keys FROM api_keys WHERE tenant_id = $1 AND ${condition}`
  const [row] = await database.query(sql, [tenantId])
  return row?.keys
}

/** Changes a key in a session of its own, which ends when the verb has begun to wait for it. */
async function whileChanging<T>(sql: string, id: string, verb: () => Promise<T>): Promise<T> {
  const session = await database.openSession()
  await session.query('BEGIN')
  await session.query(sql, [id])
  const running = verb()
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
  while ((await database.query(waiting)).length === 0);
  await session.query('COMMIT')
  await session.end()
  return running
}

describe('a key that changes while all keys', () => {
  test.each([
    ['are revoked, and is revoked by somebody else', 'UPDATE api_keys SET revoked_at = now() WHERE id = $1'],
    ['are revoked, and is deleted', 'DELETE FROM api_keys WHERE id = $1'],
  ])(
    '%s, hides none of the others',
    async (_, change) => {
      const keyring = openKeyring({ databaseUrl: database.url, queryTimeoutMs: 20_000 })
      const { tenantId, first } = await addManyKeys()

      const { revoked } = await whileChanging(change, first, () => keyring.revokeAll({ tenantId }))

      expect(revoked).toBe(KEYS - 1)
      expect(await count(tenantId, 'revoked_at IS NULL')).toBe(0)
    },
    60_000,
  )

  test('are pruned, and is deleted by somebody else, hides none of the others', async () => {
    const keyring = openKeyring({ databaseUrl: database.url, queryTimeoutMs: 20_000 })
    const { tenantId, first } = await addManyKeys()
    await database.query(`UPDATE api_keys SET expires_at = now() - interval '1 day' WHERE tenant_id = $1`, [
      tenantId,
    ])

    const deletion = 'DELETE FROM api_keys WHERE id = $1'
    const { pruned } = await whileChanging(deletion, first, () => keyring.prune({ tenantId, olderThanMs: 0 }))

    expect(pruned).toBe(KEYS - 1)
    expect(await count(tenantId, 'true')).toBe(0)
  }, 60_000)
})
