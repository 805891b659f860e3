import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import type { Express, NextFunction, Request, Response } from 'express'
import { apiKeyAuth, requireScope } from 'express-api-keys'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

async function openKey() {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', scopes: ['a'] })
  const get = (app: Express, path = '/') => request(app).get(path).auth(secret, { type: 'bearer' })
  return { keyring, secret, get, shown: { apiKey: apiKey.id, tenant: owner.tenantId, user: owner.userId } }
}

const idsOf = ({ apiKey, tenant, user }: Express.Request) => ({
  apiKey: apiKey?.id,
  tenant: tenant && 'id' in tenant ? tenant.id : undefined,
  user: user && 'id' in user ? user.id : undefined,
})
const show = (req: Request, res: Response) => {
  res.json(idsOf(req))
}

describe.each(frameworks)('on $framework, what a request shows', ({ framework, express }) => {
  const other = frameworks.find((entry) => entry.framework !== framework)?.express ?? express
  const guardedBy = (keyring: Awaited<ReturnType<typeof openKey>>['keyring']) =>
    express().use(apiKeyAuth({ keyring }))

  test.each<[place: string, mount: (app: Express) => void]>([
    ['in an app mounted below', (app) => app.use('/', express().get('/', show))],
    [
      'in an app that a function calls, as by virtual host',
      (app) => app.use((req, res, next) => express().get('/', show)(req, res, next)),
    ],
    ['in an app of another Express, mounted below', (app) => app.use('/', other().get('/', show))],
    [
      'behind a guard in an app of another Express that a function calls',
      (app) => app.use((req, res, next) => other().get('/', requireScope('a'), show)(req, res, next)),
    ],
    [
      'to an object that inherits from the request',
      (app) => app.get('/', (req, res) => show(Object.create(req), res)),
    ],
  ])('is seen %s', async (_, mount) => {
    const { keyring, get, shown } = await openKey()
    const app = guardedBy(keyring)
    mount(app)

    expect((await get(app)).body).toEqual(shown)
  })

  test('is seen after the app below that authenticated it', async () => {
    const { keyring, get, shown } = await openKey()
    const app = express().use(guardedBy(keyring)).get('/', show)

    expect((await get(app)).body).toEqual(shown)
  })

  test('is nothing before the middleware, and on requests without one', async () => {
    const { keyring, get } = await openKey()
    const before: unknown[] = []
    const app = express()
    const look = (req: Request, _res: Response, next: NextFunction) => {
      before.push([req.apiKey, req.tenant, req.user])
      next()
    }
    app.get('/', look, apiKeyAuth({ keyring }), show)
    app.get('/open', look, show)

    await get(app)
    await get(app)
    const open = await get(app, '/open')

    expect(before).toEqual(Array(3).fill([undefined, undefined, undefined]))
    expect(open.body).toEqual({})
  })

  test('may be set by the host, as on any request', async () => {
    const { keyring, get, shown } = await openKey()
    const seen: unknown[] = []
    const app = guardedBy(keyring).get('/', (req, res) => {
      req.user = { id: 'richer' }
      seen.push(Object.keys(req).includes('user'), { ...req }.user)
      show(req, res)
    })

    const { body } = await get(app)
    const again = await get(app)

    expect(body).toEqual({ ...shown, user: 'richer' })
    expect(again.body).toEqual(body)
    expect(seen).toEqual([true, { id: 'richer' }, true, { id: 'richer' }])
  })

  test('is the key’s also where the host has set a user for all requests', async () => {
    const { keyring, get, shown } = await openKey()
    const app = guardedBy(keyring)
    Object.assign(app.request, { user: { id: 'everybody' } })
    app.get('/', show)

    expect((await get(app)).body).toEqual(shown)
  })

  test('is not in what a log of the request prints', async () => {
    const { keyring, get, shown } = await openKey()
    let printed = ''
    const app = guardedBy(keyring).get('/', (req, res) => {
      printed = inspect(req, { depth: 4 })
      show(req, res)
    })

    await get(app)

    expect(printed).toContain('IncomingMessage')
    expect(printed).not.toContain(shown.user)
  })
})

describe('a request that no Express has taken over', () => {
  const settled = (req: object, middleware: ReturnType<typeof apiKeyAuth>) =>
    new Promise((resolve) => middleware(req as Request, {} as Response, resolve))

  test.each([
    ['of Node', () => new IncomingMessage(new Socket())],
    ['of a test', () => ({})],
    ['of a test, without a prototype', () => Object.create(null)],
  ])('%s carries the properties itself', async (_, make) => {
    const { keyring, secret, shown } = await openKey()
    const headers = { authorization: `Bearer ${secret}` }
    const rawHeaders = Object.entries(headers).flat()
    const req = Object.assign(make(), { headers, rawHeaders, originalUrl: '/' })

    await settled(req, apiKeyAuth({ keyring }))

    expect(idsOf(req)).toEqual(shown)
    expect(Object.keys(req)).toEqual(expect.arrayContaining(['apiKey', 'tenant', 'user']))
    for (const prototype of [Object.prototype, IncomingMessage.prototype])
      expect('apiKey' in prototype).toBe(false)
  })
})
