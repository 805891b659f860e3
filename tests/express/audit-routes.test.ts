import { describe, expect, test } from '@jest/globals'
import type { RequestHandler } from 'express'
import {
  type AuditRoutesOptions,
  apiKeyAuth,
  auditRoutes,
  defineScopes,
  requireAnyScope,
  requireScope,
} from 'express-api-keys'
import request from 'supertest'
import { createRouter } from '../../src/admin/router.js'
import { stackOf } from '../../src/express/audit/layers.js'
import { frameworks } from '../support/app.js'
import { openKeyring } from '../support/keyring.js'

const answer: RequestHandler = (_req, res) => {
  res.json({})
}
const pass: RequestHandler = (_req, _res, next) => next()
const openUnused = () => openKeyring({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/nothing' })
const read = requireScope('orders:read')
const write = requireScope('orders:write')
const fault = (sentence: string) =>
  expect.objectContaining({ code: 'unprotected_route', message: expect.stringContaining(sentence) })

/** Puts a function of its own before each handler, as tracing does. */
function wrapEach<Mounted>(mounted: Mounted): Mounted {
  for (const layer of stackOf(mounted)?.layers ?? []) {
    const { handle } = layer
    Object.assign(layer, { handle: (req: unknown, res: unknown, next: unknown) => handle(req, res, next) })
  }
  return mounted
}

describe.each(frameworks)('on $framework, an audit of routes', ({ framework, express }) => {
  const isFive = framework === 'Express 5'

  /** An app, and a short text for each of its routes. */
  function audited(mount: (app: ReturnType<typeof express>) => void, options?: AuditRoutesOptions) {
    const app = express()
    mount(app)
    return auditRoutes(app, options).routes.map(
      ({ method, path, requiredScopes, requiredAnyScope, apiKeyAuth: auth, access }) =>
        [
          `${method} ${path}: ${auth}, ${access}`,
          ...requiredScopes,
          ...requiredAnyScope.map((any) => any.join('|')),
        ].join(' '),
    )
  }
  const auth = () => apiKeyAuth({ keyring: openUnused() })

  test('tells of each route what it asks for', () => {
    const routes = audited((app) => {
      app.use(auth())
      app.get('/orders', read, answer)
      app.post('/orders', pass, read, write, pass, answer)
      app.put(['/a', '/b'], requireAnyScope('a', 'b'), requireAnyScope('c', 'd'), read, answer)
      app.all('/everything/:id', read, answer)
    })

    expect(routes).toEqual([
      'GET /orders: required, scopes orders:read',
      'POST /orders: required, scopes orders:read orders:write',
      'PUT /a: required, scopes orders:read a|b c|d',
      'PUT /b: required, scopes orders:read a|b c|d',
      '* /everything/:id: required, scopes orders:read',
    ])
  })

  test('tells methods of one route apart, as far as they share guards', () => {
    const routes = audited((app) => {
      app.use(auth())
      app.route('/orders').all(read).get(answer).post(write, answer)
      app.route('/stock').get(read, answer).all(write, answer)
    })

    expect(routes).toEqual([
      'GET /orders: required, scopes orders:read',
      'POST /orders: required, scopes orders:read orders:write',
      'GET /stock: required, scopes orders:read',
      '* /stock: required, scopes orders:write',
    ])
  })

  test('goes into routers and apps, however deep, with the paths that they are mounted at', () => {
    const routes = audited((app) => {
      const inner = express.Router().get('/:line', read, answer)
      const outer = express.Router().use('/lines', auth(), inner).get('/', auth(), write, answer)
      const sub = express().use('/deep/', auth(), express().use(express.Router().get('/x', read, answer)))
      app.use('/tenants/:tenant/orders', outer)
      app.use(['/v1.0', '/v2'], sub)
      app.use(express.Router().use(sub))
      app.use('/empty', express(), express.Router())
      app.use('/bare', express.Router().use(express().get('/app', auth(), read, answer)))
    })

    expect(routes).toEqual([
      'GET /tenants/:tenant/orders/lines/:line: required, scopes orders:read',
      'GET /tenants/:tenant/orders: required, scopes orders:write',
      'GET /v1.0/deep/x: required, scopes orders:read',
      'GET /v2/deep/x: required, scopes orders:read',
      'GET /deep/x: required, scopes orders:read',
      'GET /bare/app: required, scopes orders:read',
    ])
  })

  test('counts what stands before a route at a path that every request for it passes', () => {
    const routes = audited((app) => {
      app.use('/api', auth())
      app.use('/api/:tenant/orders', read)
      app.use(['/other', '/api/:tenant/stock'], write)
      app.get('/api/:tenant/orders/:id', answer)
      app.use('/api/:tenant/orders', express.Router().get('/', answer))
      app.use(express.Router().get('/api/:tenant/stock/:id', answer))
      // Into a router that is less deep than the guard, Express 4 also lets `/api/t//stock`.
      if (isFive) app.use('/api/:tenant', express.Router().get('/stock', answer))
    })

    expect(routes).toEqual([
      'GET /api/:tenant/orders/:id: required, scopes orders:read',
      'GET /api/:tenant/orders: required, scopes orders:read',
      'GET /api/:tenant/stock/:id: required, scopes orders:write',
      ...(isFive ? ['GET /api/:tenant/stock: required, scopes orders:write'] : []),
    ])
  })

  test.each<[string, (app: ReturnType<typeof express>) => void, string]>([
    ['no guard', (app) => app.use(auth()).get('/x', answer), 'GET /x'],
    ['a guard after its handler', (app) => app.use(auth()).get('/x', answer, read), 'GET /x'],
    ['a guard of the host’s own', (app) => app.use(auth()).get('/x', pass, answer), 'GET /x'],
    ['a guard that is wrapped', (app) => app.use(auth()).get('/x', (...a) => read(...a), answer), 'GET /x'],
    ['a guard that comes after it', (app) => void app.use(auth()).get('/x', answer).use(read), 'GET /x'],
    ['a guard at another path', (app) => app.use(auth()).use('/y', read).get('/x', answer), 'GET /x'],
    ['a guard at a longer path', (app) => app.use(auth()).use('/x/y', read).get('/x', answer), 'GET /x'],
    ['a guard at one of its values', (app) => app.use(auth()).use('/me', read).get('/:x', answer), 'GET /:x'],
    ['a guard at a pattern', (app) => app.use(auth()).use(/x/, read).get('/x', answer), 'GET /x'],
    [
      'a guard inside of a router before it',
      (app) => app.use(auth()).use(express.Router().use(read)).get('/x', answer),
      'GET /x',
    ],
    [
      'a guard for another method',
      (app) => app.use(auth()).route('/x').get(read, answer).post(answer),
      'POST /x',
    ],
    ['no guard, in an app inside', (app) => app.use('/in', express().get('/x', answer)), 'GET /in/x'],
    ['a pattern as its path', (app) => app.get(/^\/x$/, answer), 'GET (/^\\/x$/)'],
    [
      'no guard, at a pattern',
      (app) => app.use(/^\/p/, express.Router().get('/x', answer)),
      'GET (/^\\/p/)/x',
    ],
  ])('throws for a route with %s', (_, mount, name) => {
    expect(() => audited(mount)).toThrow(fault(`${name} is not guarded: mount `))
  })

  test('offers "anyKey" only where an apiKeyAuth stands before the route', () => {
    const complaint = (guards: string) =>
      `GET /x is not guarded: mount ${guards} before its handler, or declare it in "public"`

    expect(() => audited((app) => app.get('/x', answer))).toThrow(
      fault(`${complaint('apiKeyAuth() and requireScope()')}.`),
    )
    expect(() => audited((app) => app.get('/x', auth(), answer))).toThrow(
      fault(`${complaint('requireScope()')} or "anyKey".`),
    )
  })

  test('throws for a guard that stands before apiKeyAuth, with its mend', () => {
    const fails = 'has a guard before any apiKeyAuth(), and fails: mount apiKeyAuth() before it.'

    expect(() => audited((app) => app.get('/x', read, answer))).toThrow(fault(`GET /x ${fails}`))
    expect(() => audited((app) => app.use(read, auth()).get('/x', answer))).toThrow(fault(`GET /x ${fails}`))
  })

  test('names every fault at once', () => {
    const audit = () =>
      audited(
        (app) => {
          app.get('/health', answer)
          app.use(auth())
          app.get('/x', answer).get('/y', answer)
        },
        { public: ['GET /health', 'GET /heatlh', 'POST /health', '/health'], anyKey: ['GET /whoami'] },
      )

    expect(audit).toThrow(
      expect.objectContaining({
        message: [
          'auditRoutes:',
          '- GET /x is not guarded: mount requireScope() before its handler, or declare it in "public" or "anyKey".',
          '- GET /y is not guarded: mount requireScope() before its handler, or declare it in "public" or "anyKey".',
          '- GET /heatlh is declared in "public", but does not exist: correct it, or take it off the list.',
          '- POST /health is declared in "public", but does not exist: correct it, or take it off the list.',
          '- /health is declared in "public", but does not exist: write it with its method, as "GET /health".',
          '- GET /whoami is declared in "anyKey", but does not exist: correct it, or take it off the list.',
        ].join('\n'),
      }),
    )
  })

  test('lets declared routes be open, each as it is declared', () => {
    const mount = (app: ReturnType<typeof express>) => {
      app.get('/health', answer)
      app.get('/hello', apiKeyAuth({ keyring: openUnused(), optional: true }), answer)
      app.use(auth())
      app.get('/whoami', answer)
    }

    expect(audited(mount, { public: ['GET /health', 'GET /hello'], anyKey: ['GET /whoami'] })).toEqual([
      'GET /health: none, public',
      'GET /hello: optional, public',
      'GET /whoami: required, any_key',
    ])
  })

  test.each<[string, (app: ReturnType<typeof express>) => void, AuditRoutesOptions, string]>([
    [
      'for any key where nobody asks for one',
      (app) => app.get('/x', answer),
      { anyKey: ['GET /x'] },
      'GET /x is declared for any key, but passes without one',
    ],
    [
      'for any key where foreign tokens are ignored',
      (app) => app.use(apiKeyAuth({ keyring: openUnused(), foreign: 'ignore' })).get('/x', answer),
      { anyKey: ['GET /x'] },
      'GET /x is declared for any key, but passes without one',
    ],
    [
      'public, and guarded',
      (app) => app.use(auth()).get('/x', read, answer),
      { public: ['GET /x'] },
      'GET /x is guarded, but declared open',
    ],
  ])('throws for a route declared %s', (_, mount, options, sentence) => {
    expect(() => audited(mount, options)).toThrow(fault(sentence))
  })

  test('takes two keyrings side by side for one door', () => {
    const routes = audited(
      (app) => app.use(apiKeyAuth({ keyring: openUnused(), foreign: 'ignore' }), auth()).get('/x', answer),
      { anyKey: ['GET /x'] },
    )

    expect(routes).toEqual(['GET /x: required, any_key'])
  })

  test('knows guards of defined scopes, and the routes of apiKeyRouter', () => {
    const scopes = defineScopes(['orders:read'])
    const keyring = openUnused()

    const routes = audited((app) => {
      app.use('/api-keys', createRouter(express, { keyring, authorize: () => null }))
      app.get('/orders', apiKeyAuth({ keyring }), scopes.requireScope('orders:*'), answer)
    })

    expect(routes.slice(-2)).toEqual([
      'GET /api-keys/:id/usage: none, authorize',
      'GET /orders: required, scopes orders:*',
    ])
  })

  test('lists no handler for errors, no middleware, and no guard without a handler', () => {
    const routes = audited((app) => {
      app.use(express.json(), express.static('.'), answer)
      app.all(isFive ? '/*any' : '*', auth(), read)
      app.get('/x', (_error: unknown, _req: unknown, _res: unknown, next: () => void) => next())
    })

    expect(routes).toEqual([])
  })

  test.each<[string, (app: ReturnType<typeof express>) => void]>([
    ['an app in an app', (app) => wrapEach(app.use('/in', express().get('/x', answer)))],
    [
      'an app in a router',
      (app) => app.use(wrapEach(express.Router().use('/in', express().get('/x', answer)))),
    ],
    ['a router', (app) => wrapEach(app.use('/in', express.Router().get('/x', answer)))],
  ])('throws where %s was wrapped after it was mounted, with the mend', async (_, mount) => {
    const app = express()
    mount(app)

    const { status } = await request(app).get('/in/x')

    expect(status).toBe(200)
    expect(() => auditRoutes(app)).toThrow(
      fault(
        'what is mounted at /in is wrapped in another function, so nobody knows its routes: call auditRoutes()',
      ),
    )
  })

  test('takes no middleware for a wrapped router, whatever its name', () => {
    const routes = audited((app) => {
      wrapEach(app.use(pass, express.json(), express.urlencoded({ extended: true }), express.static('.')))
      app.use(function router(_req, _res, next) {
        next()
      })
      app.get('/x', auth(), read, answer)
    })

    expect(routes).toEqual(['GET /x: required, scopes orders:read'])
  })

  test('runs no handler of an app inside', () => {
    const met: string[] = []
    const sub = express()
    sub.use((_req, _res, next) => {
      met.push('middleware')
      next()
    })
    sub.use((_error: Error, _req: unknown, _res: unknown, next: () => void) => {
      met.push('error handler')
      next()
    })
    sub.get('/', auth(), read, answer)

    const routes = audited((app) => app.use('/sub', sub))

    expect(routes).toEqual(['GET /sub: required, scopes orders:read'])
    expect(met).toEqual([])
  })

  test('gives OpenAPI its security requirements', () => {
    const app = express()
    const auth_ = auth()
    app.get('/health', answer)
    app.get('/hello', apiKeyAuth({ keyring: openUnused(), optional: true }), answer)
    app.use('/tenants/:tenant', auth_, express.Router().get('/orders/:id', read, answer))
    app.post('/tenants/:tenant/orders', read, requireAnyScope('a', 'b'), requireAnyScope('c', 'a'), answer)
    app.get('/whoami', auth_, answer)
    app.all('/all', auth_, read, answer)
    app.get('/all', auth_, write, answer)
    app.get(/^\/pattern$/, auth_, read, answer)
    // Which have a document of their own.
    app.use('/api-keys', createRouter(express, { keyring: openUnused(), authorize: () => null }))
    const audit = auditRoutes(app, { public: ['GET /health', 'GET /hello'], anyKey: ['GET /whoami'] })

    const security = audit.openApiSecurity()

    expect(security).toMatchObject({
      '/health': { get: [] },
      '/hello': { get: [{}, { apiKey: [] }] },
      '/tenants/{tenant}/orders/{id}': { get: [{ apiKey: ['orders:read'] }] },
      '/tenants/{tenant}/orders': {
        post: [
          { apiKey: ['orders:read', 'a', 'c'] },
          { apiKey: ['orders:read', 'a'] },
          { apiKey: ['orders:read', 'b', 'c'] },
          { apiKey: ['orders:read', 'b', 'a'] },
        ],
      },
      '/whoami': { get: [{ apiKey: [] }] },
      '/all': { get: [{ apiKey: ['orders:read'] }], delete: [{ apiKey: ['orders:read'] }] },
    })
    expect(Object.keys(security)).toHaveLength(6)
    expect(audit.openApiSecurity('bearer')['/whoami']).toEqual({ get: [{ bearer: [] }] })
  })

  test('refuses what is no app, and misspelt options', () => {
    expect(() => auditRoutes({} as never)).toThrow('auditRoutes: needs an app or a router of Express')
    expect(() => audited(() => {}, { pubic: [] } as never)).toThrow('option "pubic" does not exist')
    expect(() => audited(() => {}, { public: 'GET /x' as never })).toThrow('must be a list of routes')
  })
})

describe('an older router of Express 5, which keeps no paths', () => {
  const [{ express }] = frameworks as [(typeof frameworks)[0]]
  /** As the package `router` made its layers before 2.3.0. */
  const forgetting = (app: ReturnType<typeof express>) => {
    for (const layer of app.router.stack) Reflect.deleteProperty(layer, 'rawPath')
    return app
  }

  test('is told of, with the mend, where something is mounted at a path', () => {
    const app = forgetting(express().use('/in', express.Router().get('/x', answer)))

    expect(() => auditRoutes(app)).toThrow(fault('run "npm update router"'))
  })

  test('is good enough where all is mounted at the root', () => {
    const app = forgetting(
      express().use(apiKeyAuth({ keyring: openUnused() }), express.Router().get('/x', read, answer)),
    )

    expect(auditRoutes(app).routes).toMatchObject([{ path: '/x', requiredScopes: ['orders:read'] }])
  })
})
