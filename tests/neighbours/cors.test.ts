import { describe, expect, test } from '@jest/globals'
import cors from 'cors'
import { apiKeyAuth } from 'express-api-keys'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const origin = 'https://app.example'
const database = useDatabase()

describe.each(frameworks)('on $framework, behind cors', ({ express }) => {
  const openApp = () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const app = express()
    app.use(cors({ origin, exposedHeaders: ['WWW-Authenticate'] }))
    app.use(apiKeyAuth({ keyring }))
    app.delete('/orders', ({ apiKey }, res) => {
      res.json(apiKey?.name)
    })
    return { app, keyring }
  }

  test('lets a preflight pass, which browsers send without a key', async () => {
    const { app } = openApp()

    const { status, headers } = await request(app)
      .options('/orders')
      .set({ origin, 'access-control-request-method': 'DELETE' })
      .set('access-control-request-headers', 'authorization')

    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': expect.stringContaining('DELETE'),
      'access-control-allow-headers': 'authorization',
    })
  })

  test('lets the request after it pass by its key', async () => {
    const { app, keyring } = openApp()
    const { secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })

    const { status, body, headers } = await request(app)
      .delete('/orders')
      .set('origin', origin)
      .auth(secret, { type: 'bearer' })

    expect([status, body]).toEqual([200, 'CI'])
    expect(headers['access-control-allow-origin']).toBe(origin)
  })

  test('refuses so that the page may read why', async () => {
    const { app } = openApp()

    const { status, body, headers } = await request(app).delete('/orders').set('origin', origin)

    expect([status, body.code]).toEqual([401, 'missing_credentials'])
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'WWW-Authenticate',
      'www-authenticate': 'Bearer realm="api"',
      vary: 'Origin',
    })
  })
})

describe.each(frameworks)('on $framework, before cors', ({ express }) => {
  test('refuses a preflight, as it does any request without a key', async () => {
    const app = express()
    app.use(apiKeyAuth({ keyring: openKeyring({ databaseUrl: database.url }) }))
    app.use(cors({ origin }))

    const { status } = await request(app)
      .options('/orders')
      .set({ origin, 'access-control-request-method': 'DELETE' })

    expect(status).toBe(401)
  })
})
