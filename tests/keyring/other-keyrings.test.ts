import { describe, expect, test } from '@jest/globals'
import type { Keyring, Principal } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

/** Two keyrings on one table, a key of the one, and a manager of the other that holds every scope. */
async function open() {
  const live = openKeyring({ databaseUrl: database.url, prefix: 'acme_live' })
  const sandbox = openKeyring({ databaseUrl: database.url, prefix: 'acme_test' })
  const owner = await database.addTenant()
  const { secret } = await sandbox.issue({ ...owner, name: 'manager', scopes: ['*'] })
  const { apiKey } = await live.issue({ ...owner, name: 'CI', scopes: ['orders:read'] })
  const issuer: Principal = await sandbox.authenticate(secret)
  return { live, sandbox, owner, issuer, key: { tenantId: owner.tenantId, id: apiKey.id } }
}

type Ask = (keyring: Keyring, opened: Awaited<ReturnType<typeof open>>) => Promise<unknown>

const changes: readonly [verb: string, ask: Ask][] = [
  ['updates', (keyring, { key, issuer }) => keyring.update({ ...key, scopes: ['*'], issuer })],
  ['rotates', (keyring, { key, issuer }) => keyring.rotate({ ...key, issuer })],
  ['revokes', (keyring, { key, issuer }) => keyring.revoke({ ...key, issuer })],
  ['revokes the family of', (keyring, { key, issuer }) => keyring.revoke({ ...key, family: true, issuer })],
]
const others: readonly [verb: string, ask: Ask][] = [
  ['issues', (keyring, { owner, issuer }) => keyring.issue({ ...owner, name: 'more', issuer })],
  ['revokes all', (keyring, { owner, issuer }) => keyring.revokeAll({ tenantId: owner.tenantId, issuer })],
]

describe('a key that manages keys of a tenant', () => {
  test.each(changes)(
    '%s no key of another keyring on the same table, which it does not find',
    async (_, ask) => {
      const opened = await open()

      await expect(ask(opened.sandbox, opened)).rejects.toMatchObject({ code: 'not_found', status: 404 })

      expect(await opened.live.get(opened.key)).toMatchObject({
        version: 1,
        revokedAt: null,
        rotatedAt: null,
      })
    },
  )

  test.each([...changes, ...others])('%s nothing through another keyring than its own', async (_, ask) => {
    const opened = await open()

    await expect(ask(opened.live, opened)).rejects.toMatchObject({
      code: 'exceeds_issuer',
      message: 'The issuer is an API key of another keyring.',
    })
  })

  test('revokes all keys of its own keyring, and no other', async () => {
    const { live, sandbox, owner, issuer, key } = await open()
    const { apiKey: imported } = await sandbox.issue({ ...owner, name: 'imported' })
    await database
      .query(`UPDATE api_keys SET key_prefix = 'old_' WHERE id = $1`, [imported.id])
      .catch(() => {})

    expect(await sandbox.revokeAll({ tenantId: owner.tenantId, issuer })).toEqual({ revoked: 2 })

    expect((await live.get(key))?.revokedAt).toBeNull()
    expect(await sandbox.revokeAll({ tenantId: owner.tenantId })).toEqual({ revoked: 1 })
  })
})

test('the application itself manages the keys of all its keyrings with any of them', async () => {
  const { sandbox, key } = await open()

  expect(await sandbox.update({ ...key, name: 'CD' })).toMatchObject({ name: 'CD' })
  expect((await sandbox.revoke(key)).revokedAt).toBeInstanceOf(Date)
})

test('a request under an idempotency key that another keyring has seen makes a key of its own', async () => {
  const { live, sandbox, owner } = await open()
  const input = { ...owner, name: 'CI', idempotency: { key: 'order-1', digest: 'the same' } }
  const first = await sandbox.issue(input)

  const second = await live.issue(input)

  expect(second.secret).not.toBeNull()
  expect(second.apiKey.id).not.toBe(first.apiKey.id)
})
