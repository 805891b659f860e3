import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { RevokeAllInput } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const open = () => openKeyring({ databaseUrl: database.url })

/** Another user of a tenant. */
async function addUser(tenantId: string): Promise<string> {
  const userId = randomUUID()
  const values = [userId, tenantId, `${userId}@example.test`]
  await database.query('INSERT INTO users (id, tenant_id, email) VALUES ($1, $2, $3)', values)
  return userId
}

describe('revokeAll', () => {
  test('ends all keys of a tenant, tells how many, and leaves other tenants alone', async () => {
    const keyring = open()
    const [owner, other] = [await database.addTenant(), await database.addTenant()]
    const [first, second, third] = [
      await keyring.issue({ ...owner, name: 'first' }),
      await keyring.issue({ ...owner, name: 'second' }),
      await keyring.issue({ ...other, name: 'third' }),
    ]
    await keyring.revoke({ tenantId: owner.tenantId, id: first.apiKey.id })

    const ended = await keyring.revokeAll({ tenantId: owner.tenantId, reason: 'off-boarded' })

    expect(ended).toEqual({ revoked: 1 })
    await expect(keyring.authenticate(second.secret)).rejects.toMatchObject({ reason: 'revoked' })
    expect((await keyring.authenticate(third.secret)).apiKey.name).toBe('third')
    expect(await keyring.get({ tenantId: owner.tenantId, id: second.apiKey.id })).toMatchObject({
      revokedReason: 'off-boarded',
    })
    expect(await keyring.revokeAll({ tenantId: owner.tenantId })).toEqual({ revoked: 0 })
  })

  test('of a user ends that user’s keys only', async () => {
    const keyring = open()
    const { tenantId, userId } = await database.addTenant()
    const colleague = await addUser(tenantId)
    const own = await keyring.issue({ tenantId, userId, name: 'own' })
    const others = await keyring.issue({ tenantId, userId: colleague, name: 'other’s' })

    expect(await keyring.revokeAll({ tenantId, userId })).toEqual({ revoked: 1 })

    await expect(keyring.authenticate(own.secret)).rejects.toMatchObject({ reason: 'revoked' })
    expect((await keyring.authenticate(others.secret)).user.id).toBe(colleague)
  })

  test('ends more keys than one statement takes, each with its event', async () => {
    const keyring = open()
    const { tenantId, userId } = await database.addTenant()
    await database.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash) SELECT $1, $2, 'many', 'ak_many',
       encode(sha256(gen_random_uuid()::text::bytea), 'hex') FROM generate_series(1, 2500) n`,
      [tenantId, userId],
    )

    expect(await keyring.revokeAll({ tenantId })).toEqual({ revoked: 2_500 })

    const [row] = await database.query(
      `SELECT count(DISTINCT api_key_id)::int AS events FROM api_key_events WHERE tenant_id = $1 AND type = 'revoked'`,
      [tenantId],
    )
    expect(row).toEqual({ events: 2_500 })
  }, 60_000)

  test.each<[field: string, input: Record<string, unknown>]>([
    ['tenantId', { tenantId: undefined }],
    ['userId', { userId: null }],
    ['userID', { userID: '00000000-0000-0000-0000-000000000000' }],
    ['reason', { reason: 7 }],
  ])('names the field %s of wrong input, and ends nothing', async (field, wrong) => {
    const keyring = open()
    const owner = await database.addTenant()
    const { secret } = await keyring.issue({ ...owner, name: 'CI' })

    const ending = keyring.revokeAll({ tenantId: owner.tenantId, ...wrong } as RevokeAllInput)

    await expect(ending).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(`^${field}: must`),
    })
    expect((await keyring.authenticate(secret)).tenant.id).toBe(owner.tenantId)
  })
})
