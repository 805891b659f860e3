import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { IssueInput, Keyring } from 'express-api-keys'
import { createMemoryKeyring } from 'express-api-keys/testing'
import { useDatabase } from '../support/database.js'
import { noteSecret, openKeyring } from '../support/keyring.js'

const database = useDatabase()
const inMemory: Keyring[] = []
afterAll(() => Promise.all(inMemory.map((keyring) => keyring.close())))

const kinds = [
  {
    kind: 'PostgreSQL',
    open: () => openKeyring({ databaseUrl: database.url }),
    addOwner: () => database.addTenant(),
  },
  {
    kind: 'memory',
    open: () => {
      const keyring = createMemoryKeyring()
      inMemory.push(keyring)
      return keyring
    },
    addOwner: async () => ({ tenantId: randomUUID(), userId: randomUUID() }),
  },
]

// Whatever holds for the one keyring holds for the other: tests of applications may rest on it.
describe.each(kinds)('a keyring in $kind', ({ open, addOwner }) => {
  const issueKey = async (more: Partial<IssueInput> = {}) => {
    const keyring = open()
    const owner = await addOwner()
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', ...more })
    noteSecret(secret)
    return { keyring, owner, apiKey, secret, key: { tenantId: owner.tenantId, id: apiKey.id } }
  }
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'fulfilled',
      ({ code }) => code,
    )

  test('authenticates what it issued, and nothing else', async () => {
    const { keyring, owner, apiKey, secret } = await issueKey({ scopes: ['orders:read'] })

    const principal = await keyring.authenticate(secret)

    expect(principal.apiKey).toMatchObject({ ...owner, id: apiKey.id, scopes: ['orders:read'], version: 1 })
    expect([principal.tenant.id, principal.user.id]).toEqual([owner.tenantId, owner.userId])
    expect(principal.grants.covers('orders:read')).toBe(true)
    expect(await codeOf(keyring.authenticate(`${secret}x`))).toBe('invalid_api_key')
    expect(await codeOf(keyring.authenticate(open().findSecretIn('')?.keyPrefix ?? 'ak_'))).toBe(
      'invalid_api_key',
    )
  })

  test('refuses a key that is revoked or has expired', async () => {
    const { keyring, owner, key, secret } = await issueKey()
    const short = await keyring.issue({ ...owner, name: 'short', expiresAt: new Date(Date.now() + 300) })
    noteSecret(short.secret)

    const revoked = await keyring.revoke({ ...key, reason: 'leaked' })
    await sleep(400)

    expect(revoked).toMatchObject({ revokedReason: 'leaked', version: 2 })
    expect(await codeOf(keyring.authenticateFresh(secret))).toBe('invalid_api_key')
    expect(await codeOf(keyring.authenticateFresh(short.secret))).toBe('invalid_api_key')
  })

  test('finds nothing of another tenant', async () => {
    const { keyring, key } = await issueKey()
    const other = { ...key, tenantId: (await addOwner()).tenantId }

    expect(await keyring.get(other)).toBeNull()
    expect((await keyring.list({ tenantId: other.tenantId })).apiKeys).toEqual([])
    expect((await keyring.events({ tenantId: other.tenantId })).events).toEqual([])
    expect(await codeOf(keyring.revoke(other))).toBe('not_found')
    expect(await codeOf(keyring.update({ ...other, name: 'mine' }))).toBe('not_found')
    expect(await codeOf(keyring.rotate(other))).toBe('not_found')
    expect(await codeOf(keyring.usage(other))).toBe('not_found')
  })

  test('of two rotations at once lets one win, whose successor has the same rights', async () => {
    const { keyring, key, secret } = await issueKey({ scopes: ['orders:read'], metadata: { team: 'a' } })

    const rotations = await Promise.allSettled([keyring.rotate(key), keyring.rotate(key)])

    const won = rotations.flatMap((rotation) => (rotation.status === 'fulfilled' ? [rotation.value] : []))
    for (const { secret: successor } of won) noteSecret(successor)
    expect(won.map(({ apiKey }) => apiKey)).toEqual([
      expect.objectContaining({ scopes: ['orders:read'], metadata: { team: 'a' }, rotatedFromId: key.id }),
    ])
    expect(await codeOf(keyring.authenticateFresh(secret))).toBe('invalid_api_key')
    expect(await codeOf(keyring.rotate(key))).toBe('conflict')
  })

  test('updates a key while its version is the expected one', async () => {
    const { keyring, key } = await issueKey()

    const updated = await keyring.update({ ...key, name: 'new', scopes: ['a:b'], ifVersion: 1 })

    expect(updated).toMatchObject({ name: 'new', scopes: ['a:b'], version: 2 })
    expect(await codeOf(keyring.update({ ...key, name: 'old', ifVersion: 1 }))).toBe('precondition_failed')
    expect(await codeOf(keyring.update({ ...key, name: '' }))).toBe('invalid_input')
  })

  test('lets no key give rights beyond its own', async () => {
    const { keyring, owner, secret } = await issueKey({ scopes: ['api-keys:manage', 'orders:read'] })
    const issuer = await keyring.authenticate(secret)
    const give = (more: Partial<IssueInput>) =>
      codeOf(keyring.issue({ ...owner, name: 'x', issuer, ...more }))

    expect(await give({ scopes: ['orders:write'] })).toBe('exceeds_issuer')
    expect(await give({ scopes: ['*'] })).toBe('exceeds_issuer')
    expect(await give({ scopes: [] })).toBe('fulfilled')
  })

  test('makes one key of a request that is repeated', async () => {
    const keyring = open()
    const input = { ...(await addOwner()), name: 'CI', idempotency: { key: 'once', digest: 'the same' } }

    const [first, second] = [await keyring.issue(input), await keyring.issue(input)]
    noteSecret(String(first.secret))

    expect([second.apiKey.id, second.secret]).toEqual([first.apiKey.id, null])
    expect(await codeOf(keyring.issue({ ...input, idempotency: { key: 'once', digest: 'another' } }))).toBe(
      'idempotency_conflict',
    )
  })

  test('lists by pages, by status and by text', async () => {
    const { keyring, owner, key } = await issueKey()
    for (const name of ['import', 'export']) noteSecret((await keyring.issue({ ...owner, name })).secret)
    await keyring.revoke(key)
    const { tenantId } = owner

    const first = await keyring.list({ tenantId, limit: 2 })
    const rest = await keyring.list({ tenantId, limit: 2, cursor: String(first.nextCursor) })
    const active = await keyring.list({ tenantId, status: 'active', text: 'PORT' })

    expect([...first.apiKeys, ...rest.apiKeys].map(({ name }) => name).toSorted()).toEqual([
      'CI',
      'export',
      'import',
    ])
    expect(rest.nextCursor).toBeNull()
    expect(active.apiKeys.map(({ name }) => name).toSorted()).toEqual(['export', 'import'])
  })

  test('tells who did what, also of keys that were pruned', async () => {
    const { keyring, owner, key } = await issueKey()
    const actor = { kind: 'user', id: 'nora' } as const

    await keyring.revoke({ ...key, actor })
    await sleep(5)
    const pruned = await keyring.prune({ tenantId: owner.tenantId, olderThanMs: 0, actor })
    const { events } = await keyring.events({ tenantId: owner.tenantId, id: key.id })

    expect(pruned).toEqual({ pruned: 1 })
    expect(events.map(({ type }) => type).toSorted()).toEqual(['issued', 'pruned', 'revoked'])
    expect(events.filter(({ actor: { id } }) => id === 'nora')).toHaveLength(2)
    expect(await keyring.get(key)).toBeNull()
  })

  test('knows no longer what a key came from once that is pruned', async () => {
    const { keyring, owner, key } = await issueKey()
    const { apiKey: successor, secret } = await keyring.rotate(key)
    noteSecret(secret)

    await sleep(5)
    const pruned = await keyring.prune({ tenantId: owner.tenantId, olderThanMs: 0 })

    expect([successor.rotatedFromId, pruned]).toEqual([key.id, { pruned: 1 }])
    expect(await keyring.get({ ...key, id: successor.id })).toMatchObject({ rotatedFromId: null, version: 1 })
  })

  test('ends all keys of a user, and no others', async () => {
    const { keyring, owner, secret } = await issueKey()
    const other = await issueKey()

    expect(await keyring.revokeAll({ ...owner })).toEqual({ revoked: 1 })
    expect(await codeOf(keyring.authenticateFresh(secret))).toBe('invalid_api_key')
    expect(await codeOf(other.keyring.authenticateFresh(other.secret))).toBe('fulfilled')
  })

  test('holds a key to its limits, and counts its use', async () => {
    const { keyring, key, secret } = await issueKey({ limits: ['2/day'] })

    const codes = []
    for (let n = 0; n < 3; n += 1) codes.push(await codeOf(keyring.authenticate(secret)))
    const { days, quotas } = await keyring.usage(key)

    expect(codes).toEqual(['fulfilled', 'fulfilled', 'quota_exceeded'])
    expect(days.at(-1)).toMatchObject({ requests: 3, refused: 1 })
    expect(quotas).toEqual([expect.objectContaining({ name: '2/day', remaining: 0 })])
    expect((await keyring.get(key))?.lastUsedAt).toBeInstanceOf(Date)
  })

  test('ends an old key a grace after the first use of its successor', async () => {
    const { keyring, key, secret } = await issueKey()
    const { secret: successor } = await keyring.rotate({ ...key, graceMs: 0, graceFrom: 'first-use' })
    noteSecret(successor)

    const before = await codeOf(keyring.authenticateFresh(secret))
    await keyring.authenticate(successor)
    const end = Date.now() + 5_000
    while ((await codeOf(keyring.authenticateFresh(secret))) === 'fulfilled' && Date.now() < end)
      await sleep(20)

    expect(before).toBe('fulfilled')
    expect(await codeOf(keyring.authenticateFresh(secret))).toBe('invalid_api_key')
  })

  test('inspects a secret, whatever tenant it is of', async () => {
    const { keyring, apiKey, secret } = await issueKey()

    expect(await keyring.inspect(secret)).toMatchObject({ apiKey: { id: apiKey.id } })
    expect(await codeOf(keyring.inspect('nonsense'))).toBe('invalid_input')
  })

  test('refuses what comes while it ends, and ends once', async () => {
    const { keyring, secret } = await issueKey()

    const ends = [keyring.close(), keyring.close()]
    const code = await codeOf(keyring.authenticate(secret))
    await Promise.all(ends)

    expect(code).toBe('store_unavailable')
    expect(ends[0]).toBe(ends[1])
  })

  test('refuses all that comes after its end', async () => {
    const { keyring, key, secret } = await issueKey()

    await keyring.close()

    expect(await codeOf(keyring.get(key))).toBe('store_unavailable')
    expect(await codeOf(keyring.authenticate(secret))).toBe('store_unavailable')
    expect(await keyring.health()).toMatchObject({ database: 'down' })
  })
})
