import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { secretFormat } from '../../src/key/secret.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

async function issueKey() {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI' })
  return { keyring, apiKey, secret, key: { tenantId: owner.tenantId, id: apiKey.id } }
}

describe('inspect', () => {
  test('finds the key of a secret, whatever has become of it', async () => {
    const { keyring, apiKey, secret, key } = await issueKey()

    const alive = await keyring.inspect(secret)
    const revoked = await keyring.revoke(key)
    const ended = await keyring.inspect(secret)

    expect(alive).toEqual({ keyPrefix: apiKey.keyPrefix, apiKey })
    expect(ended.apiKey).toEqual(revoked)
  })

  test('finds nothing of a well-formed secret that nobody was given', async () => {
    const { keyring } = await issueKey()
    const { secret, keyPrefix } = secretFormat('ak').generate()

    expect(await keyring.inspect(secret)).toEqual({ keyPrefix, apiKey: null })
  })

  test.each(['', 'ak_', 'not a key', 7, null])('refuses %j, and repeats nothing of it', async (secret) => {
    const { keyring } = await issueKey()

    const inspecting = keyring.inspect(secret as string)

    await expect(inspecting).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'secret: must be a whole API key of this keyring’s prefix',
    })
  })

  test('is no use of the key', async () => {
    const { keyring, secret, key } = await issueKey()

    await keyring.inspect(secret)
    await keyring.close()

    const { apiKey } = await openKeyring({ databaseUrl: database.url }).inspect(secret)
    expect(apiKey?.id).toBe(key.id)
    expect(apiKey?.lastUsedAt).toBeNull()
  })
})

describe('authenticateFresh', () => {
  test('sees a change that announcements and heartbeats have not brought yet', async () => {
    const { keyring, secret, key } = await issueKey()
    await keyring.authenticate(secret)
    await database.query(`UPDATE api_keys SET scopes = '["orders:read"]' WHERE id = $1`, [key.id])

    const { grants } = await keyring.authenticateFresh(secret)

    expect(grants.covers('orders:read')).toBe(true)
  })

  test('asks the database each time', async () => {
    const { keyring, secret, key } = await issueKey()
    for (const [scopes, isCovered] of [
      ['["a"]', true],
      ['["b"]', false],
      ['["a"]', true],
    ] as const) {
      await database.query('UPDATE api_keys SET scopes = $2 WHERE id = $1', [key.id, scopes])
      expect((await keyring.authenticateFresh(secret)).grants.covers('a')).toBe(isCovered)
    }
  })

  test('refuses like authenticate: a malformed, an unknown, a revoked and an expired key', async () => {
    const { keyring, secret, key } = await issueKey()
    const expired = await issueKey()
    await expired.keyring.update({ ...expired.key, expiresAt: new Date(Date.now() + 200) })
    await keyring.revoke(key)
    await sleep(250)

    const reasonOf = (text: string) => keyring.authenticateFresh(text).catch(({ reason }) => reason)
    expect(await reasonOf('ak_nonsense')).toBe('malformed')
    expect(await reasonOf(secretFormat('ak').generate().secret)).toBe('unknown')
    expect(await reasonOf(secret)).toBe('revoked')
    expect(await reasonOf(expired.secret)).toBe('expired')
  })

  test('counts as a use', async () => {
    const { keyring, secret, key } = await issueKey()

    await keyring.authenticateFresh(secret)
    await keyring.close()

    const [row] = await database.query('SELECT last_used_at FROM api_keys WHERE id = $1', [key.id])
    expect(row?.last_used_at).toBeInstanceOf(Date)
  })
})

test('a keyring that is closed neither inspects nor authenticates nor changes anything', async () => {
  const { keyring, secret, key } = await issueKey()
  await keyring.close()

  const refused = {
    code: 'store_unavailable',
    cause: { message: 'the keyring is closed: call close() last' },
  }
  await expect(keyring.inspect(secret)).rejects.toMatchObject(refused)
  await expect(keyring.authenticateFresh(secret)).rejects.toMatchObject(refused)
  await expect(keyring.rotate(key)).rejects.toMatchObject(refused)
  await expect(keyring.update({ ...key, name: 'late' })).rejects.toMatchObject(refused)
  await expect(keyring.revokeAll({ tenantId: key.tenantId })).rejects.toMatchObject(refused)
  await expect(keyring.events({ tenantId: key.tenantId })).rejects.toMatchObject(refused)
})
