import { describe, expect, test } from '@jest/globals'
import type { Express, Request, RequestHandler, Response } from 'express'
import { type ApiKeyAuthOptions, type ApiKeyEvent, apiKeyAuth, requireScope } from 'express-api-keys'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl'

const show = ({ apiKey, tenant, user }: Request, res: Response) => {
  res.json({ apiKey: apiKey?.name ?? apiKey, tenant, user })
}
/** As the middlewares for JWTs do it: it knows one token, and sets the user. */
const knowJwt: RequestHandler = (req, _res, next) => {
  if (req.get('authorization') === `Bearer ${jwt}`) req.user = { id: 'ann' }
  next()
}

async function openKey(prefix: string, more: Partial<ApiKeyAuthOptions> = {}) {
  const events: ApiKeyEvent[] = []
  const keyring = openKeyring({
    databaseUrl: database.url,
    prefix,
    limits: { failedAttempts: '3/24h' },
    onEvent: (event) => events.push(event),
  })
  const owner = await database.addTenant()
  const { secret, apiKey } = await keyring.issue({ ...owner, name: prefix, scopes: ['orders:read'] })
  const auth = (options: ApiKeyAuthOptions = {}) => apiKeyAuth({ keyring, ...more, ...options })
  return { keyring, secret, apiKey, events, auth, ignoring: auth({ foreign: 'ignore' }) }
}

function withRoutes(app: Express): Express {
  app.get('/', show)
  app.get('/orders', requireScope('orders:read'), show)
  return app
}

const bearer = (app: Express, token: string, path = '/') =>
  request(app).get(path).auth(token, { type: 'bearer' })

describe.each(frameworks)('on $framework, a token that is foreign', ({ express }) => {
  test('is refused where nothing else is said', async () => {
    const { auth } = await openKey('sk')
    const app = withRoutes(express().use(auth()))

    const { status, body } = await bearer(app, jwt)

    expect([status, body.code]).toEqual([401, 'invalid_api_key'])
  })

  test('and ignored leaves the request to who comes next, without a key', async () => {
    const { ignoring } = await openKey('sk')
    const app = withRoutes(express().use(ignoring, knowJwt))

    const { status, body } = await bearer(app, jwt)

    expect(status).toBe(200)
    expect(body).toEqual({ apiKey: null, user: { id: 'ann' } })
  })

  test('and ignored leaves the user whom an earlier middleware has found', async () => {
    const { ignoring } = await openKey('sk')
    const app = withRoutes(express().use(knowJwt, ignoring))

    const { body } = await bearer(app, jwt)

    expect(body).toEqual({ apiKey: null, user: { id: 'ann' } })
  })

  test('and ignored passes no guard, which answers with a challenge', async () => {
    const { ignoring } = await openKey('sk')
    const app = withRoutes(express().use(ignoring))

    const { status, body, headers } = await bearer(app, jwt, '/orders')

    expect([status, body.code]).toEqual([401, 'missing_credentials'])
    expect(headers['www-authenticate']).toBe('Bearer realm="api"')
  })

  test('and ignored is no failed attempt, and no event', async () => {
    const { ignoring, secret, events } = await openKey('sk')
    const app = withRoutes(express().use(ignoring))
    for (let n = 0; n < 9; n += 1) await bearer(app, jwt)
    const heard = events.filter(({ type }) => type === 'refused' || type === 'authenticated')

    const { status } = await bearer(app, secret)

    expect(heard).toEqual([])
    expect(status).toBe(200)
  })

  test.each([
    ['a malformed key', 'sk_nonsense'],
    ['a key that never was', `sk_${'0'.repeat(49)}`],
    ['the prefix before a JWT', `sk_${jwt}`],
  ])('is not what %s of its own prefix is: that is refused, and counted', async (_, token) => {
    const { ignoring } = await openKey('sk')
    const app = withRoutes(express().use(ignoring))

    const statuses = []
    for (let n = 0; n < 4; n += 1) statuses.push((await bearer(app, token)).status)

    expect(statuses).toEqual([401, 401, 401, 429])
  })

  test('is not what a revoked key is', async () => {
    const { ignoring, keyring, apiKey, secret } = await openKey('sk')
    await keyring.revoke({ tenantId: apiKey.tenantId, id: apiKey.id })
    const app = withRoutes(express().use(ignoring))

    const { status, body } = await bearer(app, secret)

    expect([status, body.code]).toEqual([401, 'invalid_api_key'])
  })

  test.each<[string, boolean, number]>([
    ['refused', false, 401],
    ['let through', true, 200],
  ])('says nothing about no token at all: that is %s where optional is %s', async (_, optional, expected) => {
    const { auth } = await openKey('sk')
    const app = withRoutes(express().use(auth({ foreign: 'ignore', optional })))

    const { status } = await request(app).get('/')

    expect(status).toBe(expected)
  })

  test.each([
    ['two lines of the header', 400, ['Bearer a', 'Bearer b']],
    ['two words', 400, ['Bearer a b']],
  ])('is not what %s are: nobody can tell whose that is', async (_, expected, lines) => {
    const { ignoring } = await openKey('sk')
    const app = withRoutes(express().use(ignoring))

    const { status } = await request(app)
      .get('/')
      .set('Authorization', lines as never)

    expect(status).toBe(expected)
  })

  test('and ignored in one header leaves a key in the other to count', async () => {
    const { auth, secret } = await openKey('sk')
    const app = withRoutes(
      express().use(auth({ foreign: 'ignore', headers: ['authorization', 'x-api-key'] }), knowJwt),
    )

    const beside = await bearer(app, jwt).set('X-API-Key', secret)
    const twice = await bearer(app, secret).set('X-API-Key', secret)
    const neither = await bearer(app, jwt).set('X-API-Key', 'of somebody else')

    expect([beside.status, beside.body.apiKey]).toEqual([200, 'sk'])
    expect(twice.status).toBe(400)
    expect([neither.status, neither.body.apiKey]).toEqual([200, null])
  })

  test('and ignored by one middleware can be refused by another of the same keyring', async () => {
    const { ignoring, auth, secret } = await openKey('sk')
    const app = express().use(ignoring)
    app.get('/', auth(), show)

    const statuses = [(await bearer(app, jwt)).status, (await bearer(app, secret)).status]

    expect(statuses).toEqual([401, 200])
  })
})

test('a keyring that a host has made up, and that tells no prefix, cannot say what is foreign', async () => {
  const { prefix: _, ...keyring } = openKeyring({ databaseUrl: database.url })

  expect(() => apiKeyAuth({ keyring, foreign: 'ignore' })).toThrow(
    'apiKeyAuth: option "foreign" needs a keyring that tells its "prefix"',
  )
  expect(() => apiKeyAuth({ keyring, foreign: 'pass' as never })).toThrow('must be refuse or ignore')
})
