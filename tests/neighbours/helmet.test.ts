import { describe, expect, test } from '@jest/globals'
import { apiKeyAuth } from 'express-api-keys'
import helmet from 'helmet'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

describe.each(frameworks)('on $framework, behind helmet', ({ express }) => {
  const openApp = async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const app = express()
    app.use(helmet())
    app.use(apiKeyAuth({ keyring }))
    app.get('/', ({ apiKey }, res) => {
      res.json(apiKey?.name)
    })
    return { app, secret }
  }

  test('lets a key pass', async () => {
    const { app, secret } = await openApp()

    const { status, body, headers } = await request(app).get('/').auth(secret, { type: 'bearer' })

    expect([status, body]).toEqual([200, 'CI'])
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  test('refuses with its own headers beside those of helmet', async () => {
    const { app } = await openApp()

    const { status, headers } = await request(app).get('/')

    expect(status).toBe(401)
    expect(headers).toMatchObject({
      'www-authenticate': 'Bearer realm="api"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'self'"),
    })
    expect(headers).not.toHaveProperty('x-powered-by')
  })
})
