import { describe, expect, test } from '@jest/globals'
import type { ErrorRequestHandler } from 'express'
import { ApiKeyError, type ApiKeyEvent, type Principal } from 'express-api-keys'
import {
  type AdminActor,
  type Authorize,
  adminActions,
  apiKeyRouter,
  authorizeByKey,
} from 'express-api-keys/admin'
import request from 'supertest'
import { allOperations } from '../../src/admin/all-operations.js'
import { asPerson, authorizePerson, createAdminApp } from '../support/admin-app.js'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

/** Answers as an application does that tells everything to whoever asks; what arrives here can leak. */
const tellError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(599).json({ message: error.message, code: error.code })
}

describe('the router', () => {
  test.each<[string, object]>([
    ['authorize', {}],
    ['authorize', { authorize: undefined }],
    ['authorize', { authorize: null }],
    ['authorize', { authorize: true }],
    ['keyring', { keyring: undefined, authorize: () => null }],
    ['keyring', { keyring: {}, authorize: () => null }],
    ['realm', { realm: 'a"b', authorize: () => null }],
    ['problemTypeBase', { problemTypeBase: 'a\nb', authorize: () => null }],
    ['autorize', { autorize: () => null }],
  ])('is not built with a wrong or missing %s', (option, options) => {
    const keyring = openKeyring({ databaseUrl: database.url })

    const build = () => Reflect.apply(apiKeyRouter, undefined, [{ keyring, ...options }])

    expect(build).toThrow(ApiKeyError)
    expect(build).toThrow(`apiKeyRouter: option "${option}"`)
  })

  test.each(['issue', 'usage', 'findSecretIn'])('is not built on a keyring without %s', (verb) => {
    const { [verb]: _, ...keyring } = { ...openKeyring({ databaseUrl: database.url }) } as Record<
      string,
      unknown
    >

    const build = () => Reflect.apply(apiKeyRouter, undefined, [{ keyring, authorize: () => null }])

    expect(build).toThrow('apiKeyRouter: option "keyring" must be what createKeyring() returned')
  })

  test('has no route without an action that an actor must be allowed', () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const router = apiKeyRouter({ keyring, authorize: () => null })

    const routes = router.stack.flatMap(({ route }) => (route === undefined ? [] : [route.path]))

    expect(routes.toSorted()).toEqual(allOperations.map(({ path }) => path).toSorted())
    expect(allOperations.map(({ action }) => action).toSorted()).toEqual(adminActions.toSorted())
  })

  test.each(['undefined', '5', '{}', '{ keyring: {} }', '{ keyring, keyrings: 1 }'])(
    'is not authorized by keys with options like %s',
    (text) => {
      const keyring = openKeyring({ databaseUrl: database.url })
      const options = Function('keyring', `return (${text})`)(keyring)

      expect(() => authorizeByKey(options)).toThrow('authorizeByKey: option')
    },
  )
})

describe.each(frameworks)('on $framework, whoever is asked who sends a request', ({ express }) => {
  const openApp = (authorize: unknown) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const app = createAdminApp({ keyring, authorize: authorize as Authorize }, express)
    app.use(tellError)
    return { keyring, app }
  }

  test.each([
    ['null', () => null],
    ['nothing', () => undefined],
    ['null, later', async () => null],
  ])('and knows nobody, by returning %s, makes it a 401', async (_, authorize) => {
    const { app } = openApp(authorize)

    const { status, headers, body } = await request(app).get('/api-keys')

    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="api"'])
    expect(body).toEqual({
      type: 'urn:problem:express-api-keys:unauthenticated',
      title: 'It is not known who sends this request.',
      status: 401,
      code: 'unauthenticated',
    })
  })

  test.each<[string, (ofOther: Principal) => unknown]>([
    ['got lost', () => undefined],
    ['is null', () => null],
    ['is none', () => ({ apiKey: {} })],
    ['is of another tenant', (ofOther) => ofOther],
  ])('and returns an issuer that %s, is told so: it must not be taken for a person', async (_, issuerOf) => {
    const [owner, other] = [await database.addTenant(), await database.addTenant()]
    const { keyring, app } = openApp(() => ({ ...owner, can: adminActions, issuer: issuerOf(ofOther) }))
    const { secret } = await keyring.issue({ ...other, name: 'CI', scopes: ['*'] })
    const ofOther = await keyring.authenticate(secret)

    const { status, body } = await request(app)
      .post('/api-keys')
      .send({ name: 'CI', scopes: ['*'] })

    expect([status, body.message]).toEqual([
      599,
      'apiKeyRouter: option "authorize" must return a principal of the tenant as issuer, or leave it out',
    ])
  })

  test.each(adminActions)('and allows nothing but to %s, has all else refused with 403', async (allowed) => {
    const { keyring, app } = openApp(authorizePerson)
    const owner = await database.addTenant()

    const statuses = await Promise.all(
      allOperations.map(async ({ action, method, path }) => {
        const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })
        const sent = request(app)[method](`/api-keys${path.replace(':id', apiKey.id)}`)
        const { status } = await sent
          .set(asPerson({ ...owner, can: [allowed] }))
          .send(method === 'get' ? undefined : { ...(action === 'issue' ? { name: 'CI' } : {}) })
        return [action, status === 403]
      }),
    )

    expect(statuses).toEqual(allOperations.map(({ action }) => [action, action !== allowed]))
  })

  const actor: AdminActor = {
    tenantId: '6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a01',
    userId: '6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a11',
    can: adminActions,
  }
  test.each<[string, unknown]>([
    ['true', true],
    ['a text', 'admin'],
    ['no tenant', { ...actor, tenantId: undefined }],
    ['a tenant that is no UUID', { ...actor, tenantId: '1 OR 1=1' }],
    ['a tenant that is an object', { ...actor, tenantId: { not: '' } }],
    ['no user', { ...actor, userId: undefined }],
    ['no list of actions', { ...actor, can: undefined }],
    ['one action without a list', { ...actor, can: 'issue' }],
    ['an action that does not exist', { ...actor, can: ['issue', '*'] }],
    ['a tenant and user that do not exist', actor],
  ])('and returns %s, is told so, and not the client', async (_, returned) => {
    const { app } = openApp(() => returned)

    const { status, body } = await request(app).post('/api-keys').send({ name: 'CI' })

    expect([status, body.code]).toEqual([599, 'invalid_option'])
    expect(body.message).toMatch(/^apiKeyRouter: option "authorize" must return /)
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('the sessions are gone')
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('the sessions are gone')
      },
    ],
  ])('and %s, lets the application answer', async (_, authorize) => {
    const { app } = openApp(authorize)

    const { status, body } = await request(app).get('/api-keys')

    expect([status, body]).toEqual([599, { message: 'the sessions are gone' }])
  })

  test('is asked before the body is read', async () => {
    const { app } = openApp(() => null)

    const { status } = await request(app).post('/api-keys').type('text/plain').send('x'.repeat(20_000))

    expect(status).toBe(401)
  })
})

describe('authorizeByKey', () => {
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

  test('asks the database, whatever is remembered of a key', async () => {
    const owner = await database.addTenant()
    // No heartbeat is due within the test: what is remembered stays.
    const cache = { leaseMs: 600_000, heartbeatMs: 300_000, heartbeatTimeoutMs: 10_000 }
    const keyring = openKeyring({ databaseUrl: database.url, cache })
    const app = createAdminApp({ keyring })
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', scopes: ['api-keys:manage'] })
    await keyring.authenticate(secret)
    const before = await request(app).get('/api-keys').set(bearer(secret))

    await database.query(`UPDATE api_keys SET scopes = '["orders:read"]' WHERE id = $1`, [apiKey.id])
    const narrowed = await request(app).get('/api-keys').set(bearer(secret))
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [apiKey.id])
    const revoked = await request(app).get('/api-keys').set(bearer(secret))

    expect([before.status, narrowed.status, revoked.status]).toEqual([200, 403, 401])
  })

  test.each([
    ['no credential', {}, 401, 'missing_credentials', 'Bearer realm="api"'],
    ['another scheme', { authorization: 'Basic eDp5' }, 401, 'missing_credentials', 'Bearer realm="api"'],
    [
      'a broken header',
      { authorization: 'Bearer a b' },
      400,
      'invalid_request',
      'Bearer realm="api", error="invalid_request"',
    ],
    [
      'junk',
      { authorization: 'Bearer junk' },
      401,
      'invalid_api_key',
      'Bearer realm="api", error="invalid_token"',
    ],
  ])('answers %s as apiKeyAuth does', async (_, headers, status, code, challenge) => {
    const app = createAdminApp({ keyring: openKeyring({ databaseUrl: database.url }) })

    const answer = await request(app).get('/api-keys').set(headers)

    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(answer.headers['www-authenticate']).toBe(challenge)
  })

  test('names the scope that is missing, and none that is held', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const app = createAdminApp({ keyring, realm: 'shop' })
    const { secret } = await keyring.issue({
      ...(await database.addTenant()),
      name: 'CI',
      scopes: ['orders:read'],
    })

    const { status, headers, body } = await request(app).get('/api-keys').set(bearer(secret))

    expect([status, body.requiredScopes]).toEqual([403, ['api-keys:manage']])
    expect(headers['www-authenticate']).toBe(
      'Bearer realm="shop", error="insufficient_scope", scope="api-keys:manage"',
    )
    expect(JSON.stringify(body)).not.toContain('orders')
  })

  test('tells the observer who came and who was refused', async () => {
    const events: ApiKeyEvent[] = []
    const keyring = openKeyring({ databaseUrl: database.url, onEvent: (event) => events.push(event) })
    const app = createAdminApp({ keyring })
    const owner = await database.addTenant()
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', scopes: ['*'] })

    await request(app).get('/api-keys').set(bearer(secret))
    await keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id })
    await request(app).get('/api-keys').set(bearer(secret))

    const told = events.filter(({ type }) => type === 'authenticated' || type === 'refused')
    expect(told).toMatchObject([
      { type: 'authenticated', apiKeyId: apiKey.id },
      { type: 'refused', reason: 'revoked', apiKeyId: apiKey.id },
    ])
  })
})

describe('a key in the URL', () => {
  test('is refused before anything else, also when a person searches for it', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const app = createAdminApp({ keyring, authorize: authorizePerson })
    const owner = await database.addTenant()
    const { secret } = await keyring.issue({ ...owner, name: 'CI' })

    const searched = await request(app).get('/api-keys').query({ text: secret }).set(asPerson(owner))
    const asId = await request(app).get(`/api-keys/${secret}`).set(asPerson(owner))

    expect([searched, asId].map(({ status, body }) => [status, body.code])).toEqual([
      [400, 'invalid_request'],
      [400, 'invalid_request'],
    ])
  })
})
