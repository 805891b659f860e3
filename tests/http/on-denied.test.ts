import { describe, expect, test } from '@jest/globals'
import type { NextFunction, Request, Response } from 'express'
import { type ApiKeyAuthOptions, ApiKeyError, requireScope } from 'express-api-keys'
import request from 'supertest'
import { createApp, frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

describe.each(frameworks)('on $framework, onDenied', ({ express }) => {
  const openApp = (onDenied: ApiKeyAuthOptions['onDenied'], more: ApiKeyAuthOptions = {}) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    return { keyring, app: createApp({ keyring, ...(onDenied ? { onDenied } : {}), ...more }, express) }
  }

  test('answers in the words of the host', async () => {
    const { app } = openApp((denial, _req, res) => {
      res.status(denial.status).set(denial.headers).type('text').send(`no: ${denial.code}`)
    })

    const { status, text, headers } = await request(app).get('/whoami')

    expect([status, text]).toEqual([401, 'no: missing_credentials'])
    expect(headers['www-authenticate']).toBe('Bearer realm="api"')
  })

  test('answers for the scope guards too', async () => {
    const { app, keyring } = openApp((denial, _req, res) => {
      res.status(418).json(denial.body)
    })
    const { secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })

    const { status, body } = await request(app).get('/orders').auth(secret, { type: 'bearer' })

    expect(status).toBe(418)
    expect(body.requiredScopes).toEqual(['orders:read'])
  })

  test.each([
    ['nothing', undefined],
    ['route', 'route'],
    ['router', 'router'],
  ])('cannot let a request through by next(%s)', async (_, argument) => {
    const { app } = openApp((_denial, _req, _res, next: (argument?: never) => void) =>
      next(argument as never),
    )
    app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
      res.status(error instanceof ApiKeyError ? error.status : 500).json({ handled: true })
    })

    const { status, body } = await request(app).get('/whoami')

    expect(status).toBe(401)
    expect(body).toEqual({ handled: true })
  })

  test('that fails becomes an error of the host, not a pass', async () => {
    const { app } = openApp(async () => {
      throw new Error('the host is broken')
    })
    app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
      res.status(500).json({ message: error.message })
    })

    const { status, body } = await request(app).get('/whoami')

    expect(status).toBe(500)
    expect(body).toEqual({ message: 'the host is broken' })
  })

  test('is not needed for another realm and other problem types', async () => {
    const { app } = openApp(undefined, { realm: 'shop', problemTypeBase: 'https://shop.example/problems/' })

    const { headers, body } = await request(app).get('/whoami')

    expect(headers['www-authenticate']).toBe('Bearer realm="shop"')
    expect(body.type).toBe('https://shop.example/problems/missing_credentials')
  })
})

describe.each(frameworks)('on $framework, a scope guard without apiKeyAuth before it', ({ express }) => {
  test('fails every request loudly, for it is a fault of the host', async () => {
    const app = express()
    app.get('/orders', requireScope('orders:read'), (_req, res) => {
      res.json({ passed: true })
    })
    app.use((error: ApiKeyError, _req: Request, res: Response, _next: NextFunction) => {
      res.status(error.status).json({ code: error.code, message: error.message })
    })

    const { status, body } = await request(app).get('/orders')

    expect(status).toBe(500)
    expect(body).toEqual({
      code: 'unprotected_route',
      message: 'A scope guard ran before apiKeyAuth(): mount apiKeyAuth() first.',
    })
  })
})
