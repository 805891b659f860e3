import { describe, expect, test } from '@jest/globals'
import { type ApiKeyEvent, apiKeyAuth, type IssueInput, type Keyring } from 'express-api-keys'
import { apiKeyRouter, authorizeByKey } from 'express-api-keys/admin'
import request from 'supertest'
import { createApp, frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const openKey = async (more: Partial<IssueInput> = {}) => {
  const keyring = openKeyring({ databaseUrl: database.url })
  const issued = await keyring.issue({ ...(await database.addTenant()), name: 'CI', ...more })
  return { keyring, ...issued }
}

describe.each(frameworks)('on $framework, a keyring that a host has wrapped', ({ express }) => {
  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['an empty object', {}],
    ['a principal without a key', { apiKey: null }],
    ['a text', 'apiKey'],
    ['a promise of null', Promise.resolve(null)],
    // biome-ignore lint/suspicious/noThenProperty: such thenables are what is tested
    ['a foreign thenable of null', { then: (resolve: (value: null) => void) => resolve(null) }],
  ])('and that answers %s for a key never lets it pass', async (_, answer) => {
    const { keyring, secret } = await openKey()
    const wrapped: Keyring = { ...keyring, authenticate: (() => answer) as never }
    const events: ApiKeyEvent[] = []
    const observed = { keyring: wrapped, optional: true, onEvent: (event: ApiKeyEvent) => events.push(event) }
    const app = createApp(observed, express)

    const { status } = await request(app).get('/whoami').auth(secret, { type: 'bearer' })

    expect(status).toBe(503)
    expect(events).toMatchObject([
      { reason: 'store_failed', cause: { message: 'authenticate() of the keyring returned no principal' } },
    ])
  })

  test('is asked once for a request that passes two of its middlewares', async () => {
    const { keyring, secret } = await openKey()
    let asked = 0
    const authenticate: Keyring['authenticate'] = (...of) => {
      asked += 1
      return keyring.authenticate(...of)
    }
    const wrapped: Keyring = { ...keyring, authenticate }
    const app = express().use(apiKeyAuth({ keyring: wrapped }), apiKeyAuth({ keyring: wrapped }))
    app.get('/', (_req, res) => void res.end())

    const { status } = await request(app).get('/').auth(secret, { type: 'bearer' })

    expect({ status, asked }).toEqual({ status: 200, asked: 1 })
  })

  test('lets pass whom its authenticate names, as far as the key goes', async () => {
    const { keyring, secret, apiKey } = await openKey({ scopes: ['orders:read'], limits: ['5/day'] })
    const asked: unknown[] = []
    const wrapped: Keyring = {
      ...keyring,
      authenticate: (given, caller) => {
        asked.push([given, caller?.address])
        return keyring.authenticate(given, caller)
      },
    }
    const events: ApiKeyEvent[] = []
    const app = createApp({ keyring: wrapped, onEvent: (event) => events.push(event) }, express)
    const get = (path: string) => request(app).get(path).auth(secret, { type: 'bearer' })

    const [guarded, beyond] = [await get('/orders'), await get('/both')]

    expect([guarded.status, beyond.status]).toEqual([200, 403])
    expect(asked).toEqual(Array(2).fill([secret, '127.0.0.1']))
    expect(events[0]).toMatchObject({ type: 'authenticated', apiKeyId: apiKey.id, cached: null })
    // What a wrapper hands on says nothing of limits.
    expect([guarded, beyond].map(({ headers }) => headers.ratelimit)).toEqual([undefined, undefined])
  })

  test('keeps its own, stricter authenticateFresh where keys manage keys', async () => {
    const { keyring, secret } = await openKey({ scopes: ['api-keys:manage'] })
    let isSunday = false
    const wrapped: Keyring = {
      ...keyring,
      authenticateFresh: (...asked) => {
        if (isSunday) throw new Error('not on Sundays')
        return keyring.authenticateFresh(...asked)
      },
    }
    const app = express().use(apiKeyRouter({ keyring, authorize: authorizeByKey({ keyring: wrapped }) }))
    const get = () => request(app).get('/').auth(secret, { type: 'bearer' })

    const before = await get()
    isSunday = true
    const after = await get()

    expect([before.status, after.status]).toEqual([200, 503])
  })

  test('keeps its own, stricter authenticate', async () => {
    const { keyring, secret } = await openKey()
    const refuse = async () => {
      throw new Error('not on Sundays')
    }
    const app = createApp({ keyring: { ...keyring, authenticate: refuse } }, express)

    const { status } = await request(app).get('/whoami').auth(secret, { type: 'bearer' })

    expect(status).toBe(503)
  })
})
