import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { epochOf, newHash } from './epoch-of.js'

const database = useDatabase()
const { owner, stepsOf } = epochOf(database)

describe('the epoch steps once', () => {
  test.each([
    ['is revoked', 'revoked_at = now()'],
    ['has its scopes narrowed', `scopes = '[]'`],
    ['has its scopes widened', `scopes = '["orders:read", "orders:write"]'`],
    ['has its metadata changed', `metadata = '{"plan": "free"}'`],
    ['gets an end', `expires_at = now() + interval '1 day'`],
    [
      'is changed in several ways at once',
      `revoked_at = now(), scopes = '[]', expires_at = now(), name = 'old'`,
    ],
  ])('when a key %s', async (_, assignment) => {
    const { ids } = await owner()

    const steps = await stepsOf(() => database.query(`UPDATE api_keys SET ${assignment} WHERE id = $1`, ids))

    expect(steps).toBe(1)
  })

  test('when a key loses its end', async () => {
    const { ids } = await owner()
    await database.query('UPDATE api_keys SET expires_at = now() WHERE id = $1', ids)

    const steps = await stepsOf(() =>
      database.query('UPDATE api_keys SET expires_at = NULL WHERE id = $1', ids),
    )

    expect(steps).toBe(1)
  })

  test.each([2, 50, 1_000])('when one statement changes %i keys', async (count) => {
    const { ids } = await owner(count)

    const steps = await stepsOf(() =>
      database.query('UPDATE api_keys SET revoked_at = now() WHERE id = ANY($1)', [ids]),
    )

    expect(steps).toBe(1)
  })

  test('when one statement changes one key of many that it touches', async () => {
    const { ids } = await owner(50)

    const steps = await stepsOf(() =>
      database.query(
        `UPDATE api_keys SET name = 'new', scopes = CASE WHEN id = $1 THEN '[]' ELSE scopes END WHERE id = ANY($2)`,
        [ids[0], ids],
      ),
    )

    expect(steps).toBe(1)
  })

  test('when an upsert changes a key', async () => {
    const { tenantId, userId, ids } = await owner()

    const steps = await stepsOf(() =>
      database.query(
        `INSERT INTO api_keys (id, tenant_id, user_id, name, key_prefix, key_hash)
         VALUES ($1, $2, $3, 'CI', 'ak_8fK2', $4) ON CONFLICT (id) DO UPDATE SET revoked_at = now()`,
        [ids[0], tenantId, userId, newHash()],
      ),
    )

    expect(steps).toBe(1)
  })

  test.each([1, 300])('when one statement deletes keys (%i)', async (count) => {
    const { ids } = await owner(count)

    const steps = await stepsOf(() => database.query('DELETE FROM api_keys WHERE id = ANY($1)', [ids]))

    expect(steps).toBe(1)
  })

  test.each([
    ['tenant', 'DELETE FROM tenants WHERE id = $1', 'tenantId'],
    ['user', 'DELETE FROM users WHERE id = $1', 'userId'],
  ] as const)('when a %s is deleted, and its keys with it', async (_, sql, id) => {
    const deleted = await owner(3)

    const steps = await stepsOf(() => database.query(sql, [deleted[id]]))

    expect(await database.query('SELECT FROM api_keys WHERE id = ANY($1)', [deleted.ids])).toEqual([])
    expect(steps).toBe(1)
  })

  test.each([
    ['a tenant is renamed', `UPDATE tenants SET name = 'new' WHERE id = $1`, 'tenantId'],
    [
      'a tenant’s creation is dated back',
      `UPDATE tenants SET created_at = 'epoch' WHERE id = $1`,
      'tenantId',
    ],
    [
      'a user gets another address',
      `UPDATE users SET email = gen_random_uuid()::text WHERE id = $1`,
      'userId',
    ],
    ['a user’s creation is dated back', `UPDATE users SET created_at = 'epoch' WHERE id = $1`, 'userId'],
  ] as const)('when %s', async (_, sql, id) => {
    const changed = await owner(3)

    const steps = await stepsOf(() => database.query(sql, [changed[id]]))

    expect(steps).toBe(1)
  })

  test('when a user moves to another tenant', async () => {
    const [{ userId }, other] = [await owner(), await database.addTenant()]

    const steps = await stepsOf(() =>
      database.query('UPDATE users SET tenant_id = $1 WHERE id = $2', [other.tenantId, userId]),
    )

    expect(steps).toBe(1)
  })

  test.each(['tenants', 'users'])('when a column of %s changes that the host added', async (table) => {
    await owner(2)
    await database.query(`ALTER TABLE ${table} ADD COLUMN plan json`)

    const steps = await stepsOf(() => database.query(`UPDATE ${table} SET plan = '{"paid": true}'`))

    await database.query(`ALTER TABLE ${table} DROP COLUMN plan`)
    expect(steps).toBe(1)
  })

  test.each(['TRUNCATE api_keys', 'TRUNCATE tenants CASCADE'])('on %s', async (sql) => {
    await owner()

    expect(await stepsOf(() => database.query(sql))).toBe(1)
  })

  test('for each statement of a transaction that changes keys', async () => {
    const { ids } = await owner(2)

    const steps = await stepsOf(() =>
      database.query(
        `BEGIN; UPDATE api_keys SET revoked_at = now() WHERE id = '${ids[0]}';
         DELETE FROM api_keys WHERE id = '${ids[1]}'; COMMIT`,
      ),
    )

    expect(steps).toBe(2)
  })
})
