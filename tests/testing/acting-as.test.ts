import { describe, expect, test } from '@jest/globals'
import { apiKeyAuth, requireScope } from 'express-api-keys'
import { type ActingAsOptions, actingAs, createMemoryKeyring } from 'express-api-keys/testing'
import request from 'supertest'
import { frameworks } from '../support/app.js'

describe.each(frameworks)('on $framework, an app that acts as somebody', ({ express }) => {
  const createApp = () => {
    const app = express()
    app.use(apiKeyAuth({ keyring: createMemoryKeyring() }))
    app.get('/whoami', ({ apiKey, tenant, user }, res) => {
      res.json({ apiKey, tenant, user })
    })
    app.get('/orders', requireScope('orders:read'), (_req, res) => {
      res.json([])
    })
    return app
  }

  test('answers without a key', async () => {
    const { status } = await request(actingAs(createApp())).get('/whoami')

    expect(status).toBe(200)
  })

  test('has the tenant, the user and the key that the test says', async () => {
    const tenant = { id: 't1', name: 'North' }
    const user = { id: 'u1', email: 'nora@north.example' }
    const apiKey = { name: 'CI', metadata: { team: 'stock' } }
    const actor = { scopes: ['orders:*'], tenant, user, apiKey }

    const { body } = await request(actingAs(createApp(), actor)).get('/whoami')

    expect(body).toMatchObject({
      apiKey: { tenantId: 't1', userId: 'u1', name: 'CI', scopes: ['orders:*'], metadata: { team: 'stock' } },
      tenant,
      user,
    })
  })

  test.each<[status: number, scopes: string[]]>([
    [200, ['orders:read']],
    [200, ['orders:*']],
    [403, ['orders:write']],
    [403, []],
  ])('gets %i from a guard with the scopes %j', async (status, scopes) => {
    const response = await request(actingAs(createApp(), { scopes })).get('/orders')

    expect(response.status).toBe(status)
  })

  test('leaves the app itself closed, also beside requests that act', async () => {
    const app = createApp()
    const acting = actingAs(app, { scopes: ['*'] })

    const statuses = await Promise.all([
      request(acting)
        .get('/orders')
        .then(({ status }) => status),
      request(app)
        .get('/orders')
        .then(({ status }) => status),
    ])

    expect(statuses).toEqual([200, 401])
  })
})

describe('actingAs', () => {
  test.each<[message: RegExp, app: unknown, actor: object]>([
    [
      /option "scopes" must be a list of scopes such as \["orders:read"\]/,
      () => {},
      { scopes: ['orders read'] },
    ],
    [/option "scope" does not exist/, () => {}, { scope: [] }],
    [/actingAs, apiKey: option "scopes" does not exist/, () => {}, { apiKey: { scopes: [] } }],
    [/option "tenant" must be an object/, () => {}, { tenant: 't1' }],
    [/option "user" must be an object/, () => {}, { user: null }],
    [/option "app" must be an app of Express/, {}, {}],
  ])('throws %s for what is wrong', (message, app, actor) => {
    const acting = () => actingAs(app as () => void, actor as ActingAsOptions)

    expect(acting).toThrow(message)
  })
})
