import { describe, expect, test } from '@jest/globals'
import type { Request, Response } from 'express'
import { apiKeyAuth, requireScope } from 'express-api-keys'
import { apiKeyRouter, authorizeByKey } from 'express-api-keys/admin'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

const show = ({ apiKey, tenant, user }: Request, res: Response) => {
  res.json({ apiKey: apiKey?.name ?? apiKey, tenant, user })
}

describe.each(frameworks)('on $framework, of two middlewares', ({ express }) => {
  /** The first takes `Authorization`, the second `X-Partner-Key`, which may be absent. */
  const openApp = async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const first = await keyring.issue({ ...(await database.addTenant()), name: 'first', scopes: ['a'] })
    const second = await keyring.issue({ ...(await database.addTenant()), name: 'second', scopes: ['b'] })
    const app = express()
    app.use(apiKeyAuth({ keyring, optional: true }))
    app.use(apiKeyAuth({ keyring, optional: true, headers: ['x-partner-key'] }))
    app.get('/', show)
    app.get('/a', requireScope('a'), show)
    return { app, first, second }
  }

  test('the second, when its key is absent, leaves nothing of the first', async () => {
    const { app, first } = await openApp()

    const { body } = await request(app).get('/').auth(first.secret, { type: 'bearer' })

    expect(body).toEqual({ apiKey: null })
  })

  test('the second counts when both have a key', async () => {
    const { app, first, second } = await openApp()
    const both = (path: string) =>
      request(app).get(path).auth(first.secret, { type: 'bearer' }).set('X-Partner-Key', second.secret)

    const { body } = await both('/')
    const guarded = await both('/a')

    expect(body).toMatchObject({
      apiKey: 'second',
      tenant: { id: second.apiKey.tenantId },
      user: { id: second.apiKey.userId },
    })
    expect(guarded.status).toBe(403)
  })
})

describe.each(frameworks)('on $framework, of two middlewares for the same key', ({ express }) => {
  test('only the first takes of its limits and counts the request', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const { secret, apiKey } = await keyring.issue({ ...owner, name: 'CI', limits: ['5/day'] })
    const app = express()
    app.use(apiKeyAuth({ keyring, optional: true }))
    app.get('/', apiKeyAuth({ keyring }), show)
    const get = () => request(app).get('/').auth(secret, { type: 'bearer' })
    await get()

    const { status, headers } = await get()

    const { days } = await keyring.usage({ tenantId: owner.tenantId, id: apiKey.id })
    expect(status).toBe(200)
    expect(headers.ratelimit).toMatch(/^"5\/day";r=3;/)
    expect(days.at(-1)).toMatchObject({ requests: 2, refused: 0 })
  })
})

describe.each(frameworks)('on $framework, a request with a limited key is charged once', ({ express }) => {
  const limits = ['5/24h', '5/day'] as const
  const openKey = async (prefix: string, scopes: string[] = []) => {
    const keyring = openKeyring({ databaseUrl: database.url, prefix })
    const owner = await database.addTenant()
    const { secret, apiKey } = await keyring.issue({ ...owner, name: 'CI', limits, scopes })
    const usage = async () => (await keyring.usage({ tenantId: owner.tenantId, id: apiKey.id })).days.at(-1)
    return { keyring, secret, usage }
  }

  test('when middlewares of two keyrings take turns', async () => {
    const [one, two] = [await openKey('one'), await openKey('two')]
    const app = express()
    app.use(apiKeyAuth({ keyring: one.keyring }))
    app.use(apiKeyAuth({ keyring: two.keyring, headers: ['x-partner-key'] }))
    app.get('/', apiKeyAuth({ keyring: one.keyring }), show)

    const { status, headers } = await request(app)
      .get('/')
      .auth(one.secret, { type: 'bearer' })
      .set('X-Partner-Key', two.secret)

    expect(status).toBe(200)
    expect(headers.ratelimit).toMatch(/^"5\/24h";r=4;t=\d+, "5\/day";r=4;/)
    expect([await one.usage(), await two.usage()]).toMatchObject([{ requests: 1 }, { requests: 1 }])
  })

  const openManaged = async (scopes: string[]) => {
    const { keyring, secret, usage } = await openKey('one', scopes)
    const app = express()
    app.get('/', apiKeyAuth({ keyring }), show)
    const authorize = authorizeByKey({ keyring })
    app.use('/api-keys', apiKeyAuth({ keyring }), apiKeyRouter({ keyring, authorize }))
    const get = (path: string) => request(app).get(path).auth(secret, { type: 'bearer' })
    return { get, usage }
  }

  test('when a router that authorizes by key stands behind the middleware', async () => {
    const { get, usage } = await openManaged(['api-keys:manage'])

    const managing = await get('/api-keys')
    const after = await get('/')

    expect(managing.status).toBe(200)
    expect(after.headers.ratelimit).toMatch(/^"5\/24h";r=3;t=\d+, "5\/day";r=3;/)
    expect(await usage()).toMatchObject({ requests: 2, refused: 0 })
  })

  test('and not at all when that router refuses it', async () => {
    const { get, usage } = await openManaged([])

    const managing = await get('/api-keys')
    const after = await get('/')

    expect(managing.status).toBe(403)
    // Not the quota: the database gets it back in its own time.
    expect(after.headers.ratelimit).toMatch(/^"5\/24h";r=4;/)
    expect(await usage()).toMatchObject({ requests: 2, refused: 1 })
  })
})

describe.each(frameworks)('on $framework, the user of a session', ({ express }) => {
  test('stays when no key was sent, and gives way to that of a key', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { secret, apiKey } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const app = express()
    app.use((req, _res, next) => {
      req.user = { id: 'of the session' }
      next()
    })
    app.use(apiKeyAuth({ keyring, optional: true }))
    app.get('/', show)

    const without = await request(app).get('/')
    const withKey = await request(app).get('/').auth(secret, { type: 'bearer' })

    expect(without.body).toEqual({ apiKey: null, user: { id: 'of the session' } })
    expect(withKey.body.user.id).toBe(apiKey.userId)
  })
})
