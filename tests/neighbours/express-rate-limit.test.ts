import { describe, expect, test } from '@jest/globals'
import { apiKeyAuth, requireScope } from 'express-api-keys'
import { type Options, rateLimit } from 'express-rate-limit'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

/** Of a window that no test outlives. */
const limitTo = (limit: number, more: Partial<Options> = {}) =>
  rateLimit({ windowMs: 3_600_000, limit, standardHeaders: 'draft-8', legacyHeaders: false, ...more })

const openKeys = async () => {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const first = await keyring.issue({ ...owner, name: 'first', limits: ['5/day'] })
  const second = await keyring.issue({ ...owner, name: 'second' })
  return { keyring, owner, first, second }
}

describe.each(frameworks)('on $framework, behind express-rate-limit', ({ express }) => {
  test('what it refuses was counted, and what the limiter refuses takes nothing of the key', async () => {
    const { keyring, owner, first } = await openKeys()
    const app = express()
    app.use(limitTo(2))
    app.use(apiKeyAuth({ keyring }))
    app.get('/', (_req, res) => {
      res.json({})
    })
    const get = () => request(app).get('/').auth(first.secret, { type: 'bearer' })

    const statuses = [(await request(app).get('/')).status, (await get()).status, (await get()).status]

    const { days } = await keyring.usage({ tenantId: owner.tenantId, id: first.apiKey.id })
    expect(statuses).toEqual([401, 200, 429])
    expect(days.at(-1)).toMatchObject({ requests: 1, refused: 0 })
  })

  test('a response tells the limits of both, once each, also of a request that a scope refuses', async () => {
    const { keyring, first } = await openKeys()
    const app = express()
    app.use(limitTo(9, { identifier: 'hourly' }))
    app.use(apiKeyAuth({ keyring }))
    app.get('/', (_req, res) => {
      res.json({})
    })
    app.delete('/', requireScope('orders:write'))
    const call = (method: 'get' | 'delete') =>
      request(app)[method]('/').auth(first.secret, { type: 'bearer' })

    const [admitted, refused] = [await call('get'), await call('delete')]

    expect([admitted.status, refused.status]).toEqual([200, 403])
    expect(admitted.headers.ratelimit).toMatch(/^"hourly"; r=8; t=\d+, "5\/day";r=4;t=\d+$/)
    expect(refused.headers.ratelimit).toMatch(/^"hourly"; r=7; t=\d+, "5\/day";r=4;t=\d+$/)
    expect(refused.headers['ratelimit-policy']).toMatch(/^"hourly"; q=9; w=3600.*, "5\/day";q=5;w=86400$/)
  })
})

describe.each(frameworks)('on $framework, before express-rate-limit', ({ express }) => {
  const openApp = async () => {
    const keys = await openKeys()
    const app = express()
    app.use(apiKeyAuth({ keyring: keys.keyring }))
    app.use(limitTo(1, { identifier: 'hourly', keyGenerator: ({ apiKey }) => apiKey?.id ?? 'nobody' }))
    app.get('/', (_req, res) => {
      res.json({})
    })
    const get = (secret: string) => request(app).get('/').auth(secret, { type: 'bearer' })
    return { app, get, ...keys }
  }

  test('each key has a limit of its own, and who has none takes of nobody’s', async () => {
    const { app, get, first, second } = await openApp()

    const keyless = [await request(app).get('/'), await request(app).get('/')]
    const keyed = [await get(first.secret), await get(first.secret), await get(second.secret)]

    expect(keyless.map(({ status }) => status)).toEqual([401, 401])
    expect(keyed.map(({ status }) => status)).toEqual([200, 429, 200])
  })

  test('a response tells the limits of both', async () => {
    const { get, first } = await openApp()

    const { headers } = await get(first.secret)

    expect(headers.ratelimit).toMatch(/^"5\/day";r=4;t=\d+, "hourly"; r=0; t=\d+$/)
    expect(headers['ratelimit-policy']).toMatch(/^"5\/day";q=5;w=86400, "hourly"; q=1; w=3600/)
  })
})
