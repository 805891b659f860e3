import { createHash, randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { type TenantWithUser, useDatabase } from '../support/database.js'

const database = useDatabase()

const insert = `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash, scopes, revoked_at)
  VALUES ($1, $2, 'CI', 'ak_8fK2', $3, $4::jsonb, $5) RETURNING id`

async function insertRow(
  { tenantId, userId }: TenantWithUser,
  more: { hash?: string; scopes?: string; revokedAt?: Date } = {},
) {
  const hash = more.hash ?? createHash('sha256').update(randomUUID()).digest('hex')
  const values = [tenantId, userId, hash, more.scopes ?? '[]', more.revokedAt ?? null]
  const [row] = await database.query(insert, values)
  return String(row?.id)
}

const update = (id: string, assignment: string, ...values: unknown[]) =>
  database.query(`UPDATE api_keys SET ${assignment} WHERE id = $1`, [id, ...values])

describe('the database itself', () => {
  test.each([
    ['to null', 'revoked_at = NULL'],
    ['to later', `revoked_at = now() + interval '1 day'`],
    ['to earlier', `revoked_at = now() - interval '1 day'`],
  ])('refuses to change revoked_at once it is set, %s', async (_, assignment) => {
    const id = await insertRow(await database.addTenant(), { revokedAt: new Date() })

    await expect(update(id, assignment)).rejects.toThrow('revoked_at cannot change once it is set')
  })

  test('lets every other column of a revoked key change, and a living key be revoked', async () => {
    const id = await insertRow(await database.addTenant())

    await update(id, 'revoked_at = now()')
    await update(id, `last_used_at = now(), name = 'old', revoked_at = revoked_at`)

    const [row] = await database.query('SELECT name, revoked_at FROM api_keys WHERE id = $1', [id])
    expect(row).toEqual({ name: 'old', revoked_at: expect.any(Date) })
  })

  test.each([
    ['id', () => randomUUID()],
    ['key_hash', () => '0'.repeat(64)],
    ['key_prefix', () => 'ak_0000'],
    ['tenant_id', async () => (await database.addTenant()).tenantId],
    ['user_id', async () => (await database.addTenant()).userId],
  ])('refuses to change %s', async (column, value) => {
    const id = await insertRow(await database.addTenant())

    await expect(update(id, `${column} = $2`, await value())).rejects.toThrow('cannot change')
  })

  test.each(['', 'x'.repeat(64), 'A'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), `${'a'.repeat(64)}\n`])(
    'refuses a key_hash that is not lower-case hex of SHA-256: %j',
    async (hash) => {
      const owner = await database.addTenant()

      await expect(insertRow(owner, { hash })).rejects.toThrow('api_keys_key_hash_is_sha256')
    },
  )

  test.each(['"orders:read"', '{}', 'null', '1', 'true'])(
    'refuses scopes that are no array: %s',
    async (scopes) => {
      const owner = await database.addTenant()

      await expect(insertRow(owner, { scopes })).rejects.toThrow('api_keys_scopes_is_array')
    },
  )

  test('refuses a key for a user of another tenant', async () => {
    const [one, other] = [await database.addTenant(), await database.addTenant()]

    const inserting = insertRow({ tenantId: one.tenantId, userId: other.userId })

    await expect(inserting).rejects.toThrow('user_id must be a user of the tenant')
  })

  test('deletes keys with their tenant and with their user', async () => {
    const [one, other] = [await database.addTenant(), await database.addTenant()]
    const ids = [await insertRow(one), await insertRow(other)]

    await database.query('DELETE FROM tenants WHERE id = $1', [one.tenantId])
    await database.query('DELETE FROM users WHERE id = $1', [other.userId])

    expect(await database.query('SELECT id FROM api_keys WHERE id = ANY($1)', [ids])).toEqual([])
  })

  test('keeps every time with its zone', async () => {
    const naive = await database.query(
      `SELECT table_name, column_name FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name IN ('tenants', 'users', 'api_keys')
       AND data_type LIKE 'timestamp%' AND data_type <> 'timestamp with time zone'`,
    )

    expect(naive).toEqual([])
  })
})
