import { describe, expect, test } from '@jest/globals'
import type { Express, Request, Response } from 'express'
import {
  type ApiKeyAuthOptions,
  type ApiKeyEvent,
  apiKeyAuth,
  type ForeignTokens,
  requireScope,
} from 'express-api-keys'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

const show = ({ apiKey, tenant, user }: Request, res: Response) => {
  res.json({ apiKey: apiKey?.name ?? apiKey, tenant, user })
}
const get = (app: Express, token: string, path = '/') =>
  request(app).get(path).auth(token, { type: 'bearer' })

/** A keyring with a key that may do what is named after it. */
async function openKey(prefix: string) {
  const events: ApiKeyEvent[] = []
  const keyring = openKeyring({
    databaseUrl: database.url,
    prefix,
    onEvent: (event) => events.push(event),
  })
  const owner = await database.addTenant()
  const { secret } = await keyring.issue({ ...owner, name: prefix, scopes: [prefix], limits: ['50/day'] })
  const auth = (options: ApiKeyAuthOptions = {}) => apiKeyAuth({ keyring, ...options })
  const shown = { apiKey: prefix, tenant: { id: owner.tenantId }, user: { id: owner.userId } }
  return { keyring, secret, auth, shown, events }
}

describe.each(frameworks)('on $framework, of two keyrings side by side', ({ express }) => {
  // The second pair: one prefix is the beginning of the other, in either order.
  const pairs: [string, string][] = [
    ['acme_live', 'acme_test'],
    ['acme', 'acme_live'],
    ['acme_live', 'acme'],
  ]
  describe.each(pairs)('%s and %s', (first, second) => {
    const open = async (last: ApiKeyAuthOptions = {}) => {
      const [one, two] = [await openKey(first), await openKey(second)]
      const app = express()
      app.use(one.auth({ foreign: 'ignore' }))
      app.use(two.auth(last))
      app.get('/', show)
      app.get('/one', requireScope(first), show)
      app.get('/two', requireScope(second), show)
      return { app, one, two }
    }

    test.each<ForeignTokens>(['refuse', 'ignore'])(
      'a key of either is admitted by its own, where the last is to %s',
      async (foreign) => {
        const { app, one, two } = await open({ foreign })

        const [byOne, byTwo] = [await get(app, one.secret), await get(app, two.secret)]

        expect(byOne).toMatchObject({ status: 200, body: one.shown })
        expect(byTwo).toMatchObject({ status: 200, body: two.shown })
        expect(byOne.headers.ratelimit).toMatch(/^"50\/day";r=49;/)
        for (const { events } of [one, two]) {
          expect(events.filter(({ type }) => type === 'authenticated')).toHaveLength(1)
          expect(events.filter(({ type }) => type === 'refused')).toEqual([])
        }
      },
    )

    test('guards go by the key that was admitted', async () => {
      const { app, one, two } = await open()

      const statuses = await Promise.all(
        [one, two].flatMap(({ secret }) => [get(app, secret, '/one'), get(app, secret, '/two')]),
      )

      expect(statuses.map(({ status }) => status)).toEqual([200, 403, 403, 200])
    })

    test('what is neither’s is refused by the last, or left to guards', async () => {
      const closed = await open()
      const open_ = await open({ foreign: 'ignore' })

      expect((await get(closed.app, 'a.b.c')).status).toBe(401)
      expect((await get(open_.app, 'a.b.c')).body).toEqual({ apiKey: null })
      expect((await get(open_.app, 'a.b.c', '/one')).status).toBe(401)
    })

    test('damaged keys of either are refused', async () => {
      const { app, one, two } = await open({ foreign: 'ignore' })
      const damaged = [one, two].flatMap(({ secret }) => [secret.slice(0, -1), `${secret}0`])

      const statuses = await Promise.all(damaged.map((token) => get(app, token)))

      expect(statuses.map(({ status }) => status)).toEqual([401, 401, 401, 401])
    })

    test('a key of either in the URL is refused, whichever key is in the header', async () => {
      const { app, one, two } = await open({ foreign: 'ignore' })
      const both = [one.secret, two.secret]

      const answers = await Promise.all(
        both.flatMap((leaked) => both.map((sent) => get(app, sent, `/?key=${leaked}`))),
      )

      expect(answers.map(({ body }) => body.code)).toEqual(Array(4).fill('invalid_request'))
    })
  })

  test('no key at all is refused, or passes where both are optional', async () => {
    const [one, two] = [await openKey('pk'), await openKey('sk')]
    const optional = express().use(
      one.auth({ foreign: 'ignore', optional: true }),
      two.auth({ optional: true }),
    )
    const required = express().use(one.auth({ foreign: 'ignore', optional: true }), two.auth())
    for (const app of [optional, required]) app.get('/', show)

    expect((await request(optional).get('/')).body).toEqual({ apiKey: null })
    expect((await request(required).get('/')).status).toBe(401)
  })

  test('with a header of its own each, either key is admitted, and the last counts when both are sent', async () => {
    const [one, two] = [await openKey('pk'), await openKey('sk')]
    const app = express().use(
      one.auth({ foreign: 'ignore', optional: true, headers: ['x-api-key'] }),
      two.auth({ optional: true }),
    )
    app.get('/', show)

    const alone = await request(app).get('/').set('X-API-Key', one.secret)
    const other = await get(app, two.secret)
    const both = await get(app, two.secret).set('X-API-Key', one.secret)
    const bad = await get(app, 'sk_bad').set('X-API-Key', one.secret)

    expect(alone.body).toMatchObject(one.shown)
    expect(other.body).toMatchObject(two.shown)
    expect(both.body).toMatchObject(two.shown)
    expect(bad.status).toBe(401)
  })
})

describe.each(frameworks)('on $framework, a keyring further in', ({ express }) => {
  const open = async () => {
    const [all, staff] = [await openKey('pk'), await openKey('sk')]
    const app = express().use(all.auth({ foreign: 'ignore' }))
    app.use('/internal', staff.auth(), show)
    app.use(express.Router().use('/router', staff.auth(), show))
    app.use('/routed', express.Router().use(staff.auth(), show))
    const atRoot = express.Router().get('/at-root', staff.auth(), show)
    app.use(atRoot, express().get('/sub-app', staff.auth(), show))
    app.get('/report', staff.auth(), show)
    app.get('/prices', staff.auth({ foreign: 'ignore' }), show)
    app.get('/mine', all.auth(), show)
    return { app, all, staff }
  }

  test.each(['/internal', '/report', '/router', '/routed', '/at-root', '/sub-app'])(
    'is not opened at %s by what is admitted for the whole app',
    async (path) => {
      const { app, all, staff } = await open()

      expect((await get(app, all.secret, path)).status).toBe(401)
      expect((await get(app, staff.secret, path)).body).toMatchObject(staff.shown)
    },
  )

  test('is not opened either in a router or an app at the same path', async () => {
    const [all, staff] = [await openKey('pk'), await openKey('sk')]
    const inRouter = express().use(all.auth({ foreign: 'ignore' }), express.Router().use(staff.auth(), show))
    const inApp = express().use(all.auth({ foreign: 'ignore' }), express().use(staff.auth(), show))

    for (const app of [inRouter, inApp]) {
      expect((await get(app, all.secret)).status).toBe(401)
      expect((await get(app, staff.secret)).body).toMatchObject(staff.shown)
    }
  })

  test.each<[what: string, wide: string | string[] | RegExp]>([
    ['a parameter', '/:area'],
    ['a list of paths', ['/orders', '/admin']],
    ['a pattern', /^\/adm[a-z]+/],
  ])('is not opened by another that stands at %s, which fits as well', async (_, wide) => {
    const [all, staff] = [await openKey('pk'), await openKey('sk')]
    const onApp = express().use(wide, all.auth({ foreign: 'ignore' }))
    onApp.use('/admin', staff.auth(), show)
    const router = express.Router().use(wide, all.auth({ foreign: 'ignore' }))
    router.use('/admin', staff.auth(), show)

    for (const app of [onApp, express().use(router)]) {
      expect((await get(app, all.secret, '/admin')).status).toBe(401)
      expect((await get(app, staff.secret, '/admin')).body).toMatchObject(staff.shown)
    }
  })

  test.each<[what: string, at: string | string[] | RegExp]>([
    ['a path', '/admin'],
    ['a parameter', '/:area'],
    ['a list of paths', ['/orders', '/admin']],
    ['a pattern', /^\/adm[a-z]+/],
  ])('that stands beside another at %s lets its keys in', async (_, at) => {
    const [one, two] = [await openKey('pk'), await openKey('sk')]
    const app = express().use(at, one.auth({ foreign: 'ignore' }))
    app.use(at, two.auth(), show)

    for (const { secret, shown } of [one, two]) {
      expect((await get(app, secret, '/admin')).body).toMatchObject(shown)
    }
  })

  test('that something else calls stands where that stands', async () => {
    const [one, two] = [await openKey('pk'), await openKey('sk')]
    const last = two.auth()
    const app = express().use('/:area', one.auth({ foreign: 'ignore' }))
    app.use('/:area', (req, res, next) => last(req, res, next), show)
    app.use('/admin', (req, res, next) => last(req, res, next), show)

    for (const { secret, shown } of [one, two]) {
      expect((await get(app, secret, '/shop')).body).toMatchObject(shown)
    }
  })

  test('stands beside another there, and not behind it', async () => {
    const [one, two] = [await openKey('pk'), await openKey('sk')]
    const beside = express.Router().use(one.auth({ foreign: 'ignore' }))
    beside.use(express.json(), two.auth())
    beside.get('/', show)
    const app = express().use('/in', beside)
    app.get('/route', one.auth({ foreign: 'ignore' }), two.auth(), show)

    for (const path of ['/in', '/route']) {
      for (const { secret, shown } of [one, two]) {
        expect((await get(app, secret, path)).body).toMatchObject(shown)
      }
    }
  })

  test('that ignores what is foreign takes nothing from what was admitted before', async () => {
    const { app, all, staff } = await open()

    expect((await get(app, all.secret, '/prices')).body).toMatchObject(all.shown)
    expect((await get(app, staff.secret, '/prices')).body).toMatchObject(staff.shown)
  })

  test('of the same keyring takes of its limits once', async () => {
    const { app, all } = await open()

    const { body, headers } = await get(app, all.secret, '/mine')

    expect(body).toMatchObject(all.shown)
    expect(headers.ratelimit).toMatch(/^"50\/day";r=49;/)
  })
})
