import { describe, expect, test } from '@jest/globals'
import type { RequestHandler } from 'express'
import { apiKeyAuth, auditRoutes, requireAnyScope, requireScope } from 'express-api-keys'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const answer: RequestHandler = (_req, res) => {
  res.json({})
}

describe.each(frameworks)('on $framework, what an audit says of each route', ({ express }) => {
  test('is what requests meet there', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const keyWith = async (scopes: readonly string[]) =>
      (await keyring.issue({ ...owner, name: 'CI', scopes })).secret
    const powerless = await keyWith([])
    const app = express()
    app.get('/health', answer)
    app.get('/hello', apiKeyAuth({ keyring, optional: true }), answer)
    app.use(['/api', '/v2'], apiKeyAuth({ keyring }))
    app.get('/api/whoami', answer)
    app.use('/v2/:tenant', requireScope('v2'))
    const orders = express.Router({ mergeParams: true })
    orders.route('/').all(requireScope('orders:read')).get(answer).post(requireScope('orders:write'), answer)
    orders.get(['/:id', '/:id/lines'], requireAnyScope('orders:read', 'support'), answer)
    app.use(['/api/orders', '/v2/:tenant/orders'], orders)
    app.use('/v2/sub', express().patch('/x', answer))
    app.delete('/foreign', apiKeyAuth({ keyring, foreign: 'ignore' }), requireScope('foreign'), answer)
    const { routes } = auditRoutes(app, {
      public: ['GET /health', 'GET /hello'],
      anyKey: ['GET /api/whoami'],
    })

    const met = []
    for (const { method, path, requiredScopes, requiredAnyScope } of routes) {
      const enough = await keyWith([...requiredScopes, ...requiredAnyScope.map(([first = '']) => first)])
      const send = async (secret?: string) => {
        const sent = request(app)[method.toLowerCase() as 'get'](path.replaceAll(/:\w+/g, '7'))
        return (await (secret === undefined ? sent : sent.auth(secret, { type: 'bearer' }))).status
      }
      met.push([method, path, await send(), await send(powerless), await send(enough)])
    }

    expect(met).toEqual(
      routes.map(({ method, path, access }) => [
        ...[method, path, access === 'public' ? 200 : 401],
        ...[access === 'scopes' ? 403 : 200, 200],
      ]),
    )
    expect(met).toHaveLength(13)
  })
})
