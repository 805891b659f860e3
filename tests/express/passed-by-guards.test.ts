import { METHODS } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import { apiKeyAuth, auditRoutes, requireScope } from 'express-api-keys'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { openKeyring } from '../support/keyring.js'

const keyring = openKeyring({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/nothing' })
const guards = [apiKeyAuth({ keyring }), requireScope('orders:read')]
const answer: RequestHandler = (_req, res) => {
  res.json({})
}
const fails: RequestHandler = (_req, _res, next) => next(new Error('before any guard'))
const resume: ErrorRequestHandler = (_error, _req, _res, next) => next()

type Mount = (app: Express, express: (typeof frameworks)[0]['express']) => void
type Case = readonly [what: string, mount: Mount, path: string]

const inBoth: Case[] = [
  [
    'a guard that minds case before a router that does not',
    (app, express) => {
      app.set('case sensitive routing', true)
      app.use('/api/orders', guards).use('/api', express.Router().get('/orders', answer))
    },
    '/api/ORDERS',
  ],
  [
    'a guard that minds case before an app that does not',
    (app, express) => {
      const sub = express().get('/admin', answer)
      app.set('case sensitive routing', true)
      app.use('/v1/admin', guards).use('/v1', sub)
    },
    '/v1/Admin',
  ],
  ['a guard at half a segment', (app) => app.use('/:file.json', guards).get('/:file', answer), '/a'],
  ['a guard at half a segment, before a text', (app) => app.use('/:x.json', guards).get('/x', answer), '/x'],
  ['a guard at a prefix of a value', (app) => app.use('/o/:id-draft', guards).get('/o/:id', answer), '/o/1'],
  ['a guard at another pattern', (app) => app.use(/^\/a/, guards).get(/^\/b/, answer), '/b'],
  ['a guard at a path or a pattern', (app) => app.use(['/a', /^\/b\d/], guards).get('/bx', answer), '/bx'],
  [
    'a guard of every method but one',
    (app) => {
      const route = app.route('/x')
      for (const name of METHODS.map((method) => method.toLowerCase())) {
        const mount: unknown = Reflect.get(route, name)
        if (typeof mount === 'function') mount.call(route, ...(name === 'get' ? [] : guards), answer)
      }
    },
    '/x',
  ],
  ['a guard without its first slash', (app) => app.use('api', guards).get('/api/x', answer), '/api/x'],
  ['a guard at two slashes', (app) => app.use('/api//x', guards).get('/api/x', answer), '/api/x'],
  [
    'a guard before a router that is mounted at a list with the root',
    (app, express) => app.use('/x', guards).use(['/'], express.Router().get('/x', answer)),
    '//x',
  ],
]

const inFour: Case[] = [
  [
    'a guard deeper than the router',
    (app, express) => app.use('/api/orders', guards).use('/api', express.Router().get('/orders', answer)),
    '/api//orders',
  ],
  [
    'a guard as deep as the router in a router',
    (app, express) => {
      const inner = express.Router().get('/orders', answer)
      app.use('/api/v1', guards).use('/api', express.Router().use('/v1', inner))
    },
    '/api//v1/orders',
  ],
  [
    'a guard at a value in the router',
    (app, express) => app.use('/a/:b', guards).use('/a', express.Router().get('/:b', answer)),
    '/a//x',
  ],
  [
    'a guard before a router at no path',
    (app, express) => app.use('/x', guards).use('', express.Router().get('/x', answer)),
    '//x',
  ],
  [
    'a guard at a pattern that minds case',
    (app) => app.use(/^\/api\/?(?=\/|$)/, guards).get('/api/orders', answer),
    '/API/orders',
  ],
  [
    'a guard at a pattern with a colon',
    (app) => app.use(/^\/:id\/?(?=\/|$)/i, guards).get('/:id', answer),
    '/7',
  ],
  ['a guard at slashes alone', (app) => app.use('//', guards).get('/x', answer), '/x'],
  ['a guard at slashes in the end', (app) => app.use('/api//', guards).get('/api/x', answer), '/api/x'],
]

const inFive: Case[] = [
  [
    'a guard at a list with the root, which is no prefix there',
    (app) => app.use(['/', '/v1'], guards).get('/orders', answer),
    '/orders',
  ],
]

const counted: Case[] = [
  [
    'a guard that minds case at the root',
    (app, express) => {
      app.set('case sensitive routing', true)
      app.use(guards).use('/api', express.Router().get('/x', answer))
    },
    '/API/x',
  ],
  [
    'a guard that minds case before what does too',
    (app, express) => {
      app.set('case sensitive routing', true)
      const router = express.Router({ caseSensitive: true }).get('/x/:id', answer)
      app.use(['/api/', '/v1'], express.Router({ caseSensitive: true }).use('/x', guards).use(router))
    },
    '/api/x/7',
  ],
  [
    'a guard at a value that minds case',
    (app, express) => {
      app.set('case sensitive routing', true)
      app.use('/:tenant', guards).use('/api', express.Router().get('/x', answer))
    },
    '/api/X',
  ],
  [
    'a guard that does not mind case before what does',
    (app, express) =>
      app.use('/api', guards).use('/api', express.Router({ caseSensitive: true }).get('/x', answer)),
    '/API/x',
  ],
  [
    'a guard at half a segment, before the same',
    (app) => app.use('/:f.js', guards).get('/:f.js', answer),
    '/a.js',
  ],
  [
    'a guard at a value, before half a segment',
    (app) => app.use('/:f', guards).get('/:f.js', answer),
    '/a.js',
  ],
  [
    'a guard at a path, before a router at the root',
    (app, express) => app.use('/x', guards).use(express.Router().get('/x/y', answer)),
    '/x/y',
  ],
]

describe.each(frameworks)('on $framework, an audit counts', ({ express }) => {
  test.each(counted)('%s', async (_, mount, path) => {
    const app = express()
    mount(app, express)

    const { status } = await request(app).get(path)

    expect(status).toBe(401)
    for (const { access } of auditRoutes(app).routes) expect(access).toBe('scopes')
  })
})

describe.each(frameworks)('on $framework, an audit does not count', ({ framework, express }) => {
  test.each([...inBoth, ...(framework === 'Express 4' ? inFour : inFive)])('%s', async (_, mount, path) => {
    const app = express()
    mount(app, express)

    const { status } = await request(app).get(path)

    expect(status).toBe(200)
    expect(() => auditRoutes(app)).toThrow('is not guarded: mount ')
  })
})

test('a pattern that remembers is passed by every other request, and counts for nothing in Express 4', async () => {
  const [, { express }] = frameworks as [unknown, (typeof frameworks)[0]]
  const app = express()
    .use(/^\/api\/?(?=\/|$)/gi, guards[0] ?? answer)
    .use('/api', answer)
    .get('/api', guards[1] ?? answer, answer)

  const statuses = [await request(app).get('/api'), await request(app).get('/api')].map(
    ({ status }) => status,
  )

  expect(statuses).toEqual([401, 200])
  expect(() => auditRoutes(app)).toThrow('has a guard before any apiKeyAuth()')
})

const resumed: Case[] = [
  ['the guards', (app) => app.use(fails, guards, resume).get('/x', answer), '/x'],
  ['guards at a path', (app) => app.use(fails).use('/x', guards).use(resume).get('/x', answer), '/x'],
  ['guards, at a path', (app) => app.use(fails, guards).use('/x', resume).get('/x', answer), '/x'],
  ['guards, at a value', (app) => app.use(fails, guards).use('/:x', resume).get('/x/y', answer), '/x/y'],
  ['guards, at a pattern', (app) => app.use(fails, guards).use(/^\/x/, resume).get('/x', answer), '/x'],
  [
    'guards, in other case',
    (app) => app.use(fails, guards).use('/X/deep', resume).get('/x/deep', answer),
    '/x/deep',
  ],
  [
    'guards before a router',
    (app, express) => app.use(fails, guards, resume).use('/in', express.Router().get('/x', answer)),
    '/in/x',
  ],
  [
    'guards before a router, at a path in it',
    (app, express) =>
      app.use(fails, guards).use('/in/x', resume).use('/in', express.Router().get('/x', answer)),
    '/in/x',
  ],
  [
    'guards inside of a router',
    (app, express) => app.use('/in', express.Router().use(fails, guards, resume).get('/x', answer)),
    '/in/x',
  ],
  ['guards of the route itself', (app) => app.get('/x', fails, guards, resume, answer), '/x'],
]

describe.each(frameworks)('on $framework, a handler of errors', ({ express }) => {
  const between = 'has a handler of errors between its guard and itself, which may let requests pass'

  test.each(resumed)('lets requests by %s, and the audit says so', async (_, mount, path) => {
    const app = express()
    mount(app, express)

    const { status } = await request(app).get(path)

    expect(status).toBe(200)
    expect(() => auditRoutes(app)).toThrow(`GET ${path} ${between}`)
  })

  test('lets a request with a broken body by, and the audit says so', async () => {
    const app = express().use(express.json(), guards, resume).post('/orders', answer)

    const { status } = await request(app).post('/orders').type('json').send('{')

    expect(status).toBe(200)
    expect(() => auditRoutes(app)).toThrow(`POST /orders ${between}`)
  })

  test('lets requests without a key to routes for any key, and the audit says so', async () => {
    const app = express()
      .use(fails, guards[0] ?? answer, resume)
      .get('/x', answer)

    const { status } = await request(app).get('/x')

    expect(status).toBe(200)
    expect(() => auditRoutes(app, { anyKey: ['GET /x'] })).toThrow(`GET /x ${between}`)
    expect(() => auditRoutes(app)).toThrow('GET /x is not guarded: mount ')
    expect(auditRoutes(app, { public: ['GET /x'] }).routes).toMatchObject([
      { apiKeyAuth: 'optional', access: 'public' },
    ])
  })

  test.each<Case>([
    ['before the guards', (app) => app.use(fails, resume, guards).get('/x', answer), '/x'],
    ['after the routes', (app) => app.use(guards).get('/x', answer).use(resume), '/x'],
    ['at a path beside', (app) => app.use(guards).use('/y', resume).get('/x', answer), '/x'],
    [
      'at a path beside, in a router',
      (app, express) => app.use(guards).use('/in/y', resume).use('/in', express.Router().get('/x', answer)),
      '/in/x',
    ],
    [
      'inside of a router behind the guards, which no error from before enters',
      (app, express) => app.use(fails, guards, express.Router().use(resume).get('/x', answer)),
      '/x',
    ],
    [
      'inside of an app behind the guards',
      (app, express) => app.use(guards).use('/in', express().use(fails, resume).get('/x', answer)),
      '/in/x',
    ],
    ['after the last handler of a route', (app) => app.get('/x', guards, answer, resume), '/x'],
    ['for other methods', (app) => app.route('/x').get(guards, answer).post(resume), '/x'],
  ])('is no fault %s', async (_, mount, path) => {
    const app = express()
    mount(app, express)

    const { status } = await request(app).get(path)

    expect(status).not.toBe(200)
    expect(auditRoutes(app).routes).toMatchObject([{ access: 'scopes' }])
  })

  test('is no fault between apiKeyAuth and a guard, which lets nobody pass who has no key', async () => {
    const app = express()
      .use(fails, guards[0] ?? answer, resume)
      .get('/x', guards[1] ?? answer, answer)

    const { status } = await request(app).get('/x')

    expect(status).not.toBe(200)
    expect(auditRoutes(app).routes).toMatchObject([{ access: 'scopes' }])
  })
})
