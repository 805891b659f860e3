import { describe, expect, test } from '@jest/globals'
import type { Request, Response } from 'express'
import { apiKeyAuth, requireScope } from 'express-api-keys'
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
