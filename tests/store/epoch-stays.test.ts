import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { epochOf } from './epoch-of.js'

const database = useDatabase()
const { addKeys, owner, stepsOf } = epochOf(database)

describe('the epoch stays', () => {
  test('when keys are issued', async () => {
    const tenantWithUser = await database.addTenant()

    expect(await stepsOf(() => addKeys(tenantWithUser, 10))).toBe(0)
  })

  test.each([
    ['last_used_at is written', 'last_used_at = now()'],
    ['a key is renamed', `name = 'new'`],
    ['an update changes nothing', 'scopes = scopes, expires_at = expires_at, revoked_at = revoked_at'],
    ['scopes are written as they are', `scopes = '["orders:read"]'::jsonb`],
  ])('when %s', async (_, assignment) => {
    const { ids } = await owner(3)

    const steps = await stepsOf(() =>
      database.query(`UPDATE api_keys SET ${assignment} WHERE id = ANY($1)`, [ids]),
    )

    expect(steps).toBe(0)
  })

  test.each([
    ['an update of no key', `UPDATE api_keys SET revoked_at = now() WHERE name = 'nobody'`],
    ['a deletion of no key', `DELETE FROM api_keys WHERE name = 'nobody'`],
    ['an update of no tenant', `UPDATE tenants SET name = 'new' WHERE name = 'nobody'`],
    ['an update of tenants that changes nothing', 'UPDATE tenants SET name = name, created_at = created_at'],
    ['an update of users that changes nothing', 'UPDATE users SET email = email, tenant_id = tenant_id'],
  ])('on %s', async (_, sql) => {
    await owner()

    expect(await stepsOf(() => database.query(sql))).toBe(0)
  })

  test.each([
    ['renamed', `UPDATE tenants SET name = 'new' WHERE id = $1`],
    ['deleted', 'DELETE FROM tenants WHERE id = $1'],
  ])('when a tenant without keys is %s', async (_, sql) => {
    const { tenantId } = await database.addTenant()

    expect(await stepsOf(() => database.query(sql, [tenantId]))).toBe(0)
  })

  test.each([
    [
      'a transaction',
      (id: string) => `BEGIN; UPDATE api_keys SET revoked_at = now() WHERE id = '${id}'; ROLLBACK`,
    ],
    [
      'a savepoint',
      (id: string) =>
        `BEGIN; SAVEPOINT s; UPDATE api_keys SET revoked_at = now() WHERE id = '${id}'; ROLLBACK TO s; COMMIT`,
    ],
  ])('when %s is rolled back', async (_, sql) => {
    const { ids } = await owner()

    expect(await stepsOf(() => database.query(sql(ids.join())))).toBe(0)
  })
})
