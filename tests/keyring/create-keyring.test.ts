import { afterEach, describe, expect, test } from '@jest/globals'
import {
  apiKeyAuth,
  createKeyring,
  type KeyringOptions,
  requireAnyScope,
  requireScope,
} from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'

const database = useDatabase()
const url = 'postgresql://nobody@127.0.0.1:1/nothing'

const environment = process.env.DATABASE_URL
afterEach(() => {
  if (environment === undefined) delete process.env.DATABASE_URL
  else process.env.DATABASE_URL = environment
})

describe('createKeyring', () => {
  test('works on the host’s own Prisma client, and leaves it open', async () => {
    const { prisma } = openPrisma(database)
    const keyring = openKeyring({ prisma })
    const { secret, apiKey } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })

    const principal = await keyring.authenticate(secret)
    await keyring.close()

    expect(principal.apiKey.id).toBe(apiKey.id)
    expect(await prisma.apiKey.count({ where: { id: apiKey.id } })).toBe(1)
  })

  test.each([[undefined], ['']])('says what to set when DATABASE_URL is %j', (value) => {
    if (value === undefined) delete process.env.DATABASE_URL
    else process.env.DATABASE_URL = value

    expect(() => createKeyring()).toThrow(/DATABASE_URL=postgresql:/)
    expect(() => apiKeyAuth()).toThrow(/DATABASE_URL=postgresql:/)
  })

  test.each<[option: string, options: Record<string, unknown>]>([
    ['prefixx', { prefixx: 'ak' }],
    ['prefix', { prefix: '' }],
    ['prefix', { prefix: 'AK' }],
    ['prefix', { prefix: 'ak_' }],
    ['prefix', { prefix: '1k' }],
    ['prefix', { prefix: 'a'.repeat(21) }],
    ['prefix', { prefix: 7 }],
    ['queryTimeoutMs', { queryTimeoutMs: 0 }],
    ['queryTimeoutMs', { queryTimeoutMs: Number.NaN }],
    ['queryTimeoutMs', { queryTimeoutMs: '1000' }],
    ['onEvent', { onEvent: 'log' }],
    ['lastUsedResolutionMs', { lastUsedResolutionMs: -1 }],
    ['cache', { cache: true }],
    ['cache', { cache: null }],
    ['prisma', { prisma: {}, databaseUrl: undefined }],
    ['prisma', { prisma: null, databaseUrl: undefined }],
    ['databaseUrl', { databaseUrl: 'mysql://localhost/x' }],
    ['databaseUrl', { databaseUrl: 'nonsense' }],
  ])('throws at once and names the option %s', (option, wrong) => {
    const options = { databaseUrl: url, ...wrong } as KeyringOptions

    expect(() => createKeyring(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.stringContaining(`createKeyring: option "${option}"`),
      }),
    )
  })

  test.each<[option: string, cache: Record<string, unknown>]>([
    ['maxKey', { maxKey: 10 }],
    ['maxKeys', { maxKeys: 0 }],
    ['leaseMs', { leaseMs: 0 }],
    ['heartbeatMs', { heartbeatMs: 0.5 }],
    ['leaseMs', { leaseMs: 1_799 }],
    ['leaseMs', { heartbeatMs: 1_000 }],
    ['leaseMs', { heartbeatTimeoutMs: 900 }],
  ])('throws at once and names the option %s of the cache', (option, cache) => {
    expect(() => createKeyring({ databaseUrl: url, cache })).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.stringContaining(`createKeyring, cache: option "${option}"`),
      }),
    )
  })

  test('takes a lease that leaves room for two missed heartbeats', () => {
    expect(() => createKeyring({ databaseUrl: url, cache: { leaseMs: 1_800 } })).not.toThrow()
  })

  test('leaves the caller’s options untouched', () => {
    const options = Object.freeze({ databaseUrl: url, prefix: 'acme' })

    expect(() => createKeyring(options)).not.toThrow()
  })
})

describe('apiKeyAuth', () => {
  const keyring = createKeyring({ databaseUrl: url })

  test.each<[option: string, options: Record<string, unknown>]>([
    ['optionl', { optionl: true }],
    ['optional', { optional: 'yes' }],
    ['keyring', { keyring: {} }],
    ['headers', { headers: [] }],
    ['headers', { headers: 'x-api-key' }],
    ['headers', { headers: ['x api key'] }],
    ['headers', { headers: ['cookie'] }],
    ['headers', { headers: ['Proxy-Authorization'] }],
    ['headers', { headers: ['x-api-key', 'X-API-Key'] }],
    ['realm', { realm: 'a "quoted" realm' }],
    ['realm', { realm: 'line\r\nSet-Cookie: x' }],
    ['realm', { realm: '' }],
    ['problemTypeBase', { problemTypeBase: 7 }],
    ['onEvent', { onEvent: {} }],
    ['onDenied', { onDenied: 'json' }],
  ])('throws at once and names the option %s', (option, wrong) => {
    expect(() => apiKeyAuth({ keyring, ...wrong })).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.stringContaining(`apiKeyAuth: option "${option}"`),
      }),
    )
  })

  test('returns a handler with a name, as the guards do', () => {
    const names = [apiKeyAuth({ keyring }), requireScope('a'), requireAnyScope('a')].map(({ name }) => name)

    expect(names).toEqual(['apiKeyAuthMiddleware', 'requireScopeGuard', 'requireAnyScopeGuard'])
  })
})

describe.each([
  ['requireScope', requireScope],
  ['requireAnyScope', requireAnyScope],
])('%s', (name, guard) => {
  test.each([[[]], [['Orders:read']], [['orders:*:x']], [['orders:read', '']]])(
    'throws at once for %j',
    (scopes) => {
      expect(() => guard(...scopes)).toThrow(
        expect.objectContaining({
          code: 'invalid_option',
          message: expect.stringContaining(`${name}: option "scopes"`),
        }),
      )
    },
  )
})
