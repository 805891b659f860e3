import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import type { IssueInput } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

async function open() {
  return { keyring: openKeyring({ databaseUrl: database.url }), owner: await database.addTenant() }
}

describe('issue', () => {
  test('returns a secret that authenticates, and its record', async () => {
    const { keyring, owner } = await open()
    const expiresAt = new Date(Date.now() + 60_000)

    const { apiKey, secret } = await keyring.issue({
      ...owner,
      name: 'CI',
      scopes: ['orders:read'],
      expiresAt,
    })

    const principal = await keyring.authenticate(secret)
    expect(principal.apiKey).toEqual(apiKey)
    expect(apiKey).toMatchObject({
      ...owner,
      name: 'CI',
      scopes: ['orders:read'],
      expiresAt,
      revokedAt: null,
    })
    expect(secret.startsWith(apiKey.keyPrefix)).toBe(true)
  })

  test('stores and shows no hash but in the row, and no secret anywhere', async () => {
    const { keyring, owner } = await open()

    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI' })

    const [row] = await database.query('SELECT key_hash, t::text FROM api_keys t WHERE id = $1', [apiKey.id])
    const principal = await keyring.authenticate(secret)
    const shown = [
      inspect(apiKey, { showHidden: true }),
      JSON.stringify(principal),
      inspect(principal, { depth: 9 }),
    ]
    expect(shown.join().includes(String(row?.key_hash))).toBe(false)
    expect([...shown, String(row?.t)].join().includes(secret.slice(8))).toBe(false)
  })

  test('grants nothing and never expires by default', async () => {
    const { keyring, owner } = await open()

    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI' })

    const { grants } = await keyring.authenticate(secret)
    expect(apiKey).toMatchObject({ scopes: [], expiresAt: null })
    expect(grants.covers('orders:read')).toBe(false)
  })

  test('makes keys with the prefix of the keyring, which other keyrings refuse', async () => {
    const { keyring, owner } = await open()
    const live = openKeyring({ databaseUrl: database.url, prefix: 'acme_live' })

    const { apiKey, secret } = await live.issue({ ...owner, name: 'CI' })

    expect(apiKey.keyPrefix).toMatch(/^acme_live_[0-9A-Za-z]{4}$/)
    expect((await live.authenticate(secret)).apiKey.id).toBe(apiKey.id)
    await expect(keyring.authenticate(secret)).rejects.toMatchObject({ code: 'invalid_api_key' })
  })

  test.each([undefined, null, 'CI'])('refuses %j in place of its input', async (input) => {
    const { keyring } = await open()

    const issuing = keyring.issue(input as never)

    await expect(issuing).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'input',
      message: 'input: must be an object',
    })
  })

  test.each<[field: string, input: Record<string, unknown>]>([
    ['tenantId', { tenantId: undefined }],
    ['tenantId', { tenantId: 'not-a-uuid' }],
    ['tenantId', { tenantId: { not: '' } }],
    ['userId', { userId: null }],
    ['userId', { userId: '00000000-0000-0000-0000-00000000000g' }],
    ['name', { name: undefined }],
    ['name', { name: '' }],
    ['name', { name: '   ' }],
    ['name', { name: 'x'.repeat(201) }],
    ['name', { name: 'with\0NUL' }],
    ['name', { name: 'with\nnewline' }],
    ['name', { name: 'lone \ud800 surrogate' }],
    ['name', { name: 7 }],
    ['scopes', { scopes: 'orders:read' }],
    ['scopes', { scopes: ['Orders:read'] }],
    ['scopes', { scopes: ['orders:*:read'] }],
    ['scopes', { scopes: [''] }],
    ['scopes', { scopes: [null] }],
    ['scopes', { scopes: ['orders:read', 'Orders:write'] }],
    ['scopes', { scopes: Array.from({ length: 101 }, (_, n) => `scope-${n}`) }],
    ['expiresAt', { expiresAt: new Date(Date.now() - 1) }],
    ['expiresAt', { expiresAt: new Date(Number.NaN) }],
    ['expiresAt', { expiresAt: new Date(8.64e15) }],
    ['expiresAt', { expiresAt: '2999-01-01' }],
    ['expiresAt', { expiresAt: 4_102_444_800_000 }],
  ])('names the field %s of wrong input', async (field, wrong) => {
    const { keyring, owner } = await open()
    const input = { ...owner, name: 'CI', ...wrong } as IssueInput

    await expect(keyring.issue(input)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(`^${field}: must`),
    })
  })

  test.each<[where: string, input: (secret: string) => object, field: string]>([
    ['its name', (secret) => ({ name: secret }), 'name'],
    ['its name, after a letter', (secret) => ({ name: `see x${secret}` }), 'name'],
    ['a value of its metadata', (secret) => ({ metadata: { a: [`old: ${secret}`] } }), 'metadata'],
    ['a name in its metadata', (secret) => ({ metadata: { [secret]: 1 } }), 'metadata'],
  ])('refuses a secret in %s, where it would stay', async (_, input, field) => {
    const { keyring, owner } = await open()
    const { secret } = await keyring.issue({ ...owner, name: 'CI' })

    const issuing = keyring.issue({ ...owner, name: 'CI', ...input(secret) })

    const error = await issuing.catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'invalid_input', field })
    expect(error.message).not.toContain(secret)
  })

  test('tells which scope is none by its place, for what stands there may be a secret', async () => {
    const { keyring, owner } = await open()

    const issuing = keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read', 'Orders:write'] })

    await expect(issuing).rejects.toThrow(/; scopes\[1\] is none$/)
  })

  test.each([
    ['a tenant that does not exist', () => ({ tenantId: randomUUID() })],
    ['a user that does not exist', () => ({ userId: randomUUID() })],
    ['a user of another tenant', async () => ({ userId: (await database.addTenant()).userId })],
  ])('refuses %s, all with the same words', async (_, wrong) => {
    const { keyring, owner } = await open()

    await expect(keyring.issue({ ...owner, name: 'CI', ...(await wrong()) })).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'userId: there is no such user in the tenant of tenantId',
    })
  })

  test('keeps a date and a list of the caller apart from its own', async () => {
    const { keyring, owner } = await open()
    const expiresAt = new Date(Date.now() + 60_000)
    const scopes = ['orders:read', 'orders:read']

    const { apiKey } = await keyring.issue({ ...owner, name: 'CI', scopes, expiresAt })

    expect(apiKey.scopes).toEqual(['orders:read'])
    expect(scopes).toHaveLength(2)
    expect(Object.isFrozen(apiKey) && Object.isFrozen(apiKey.scopes)).toBe(true)
  })
})
