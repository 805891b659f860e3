import { describe, expect, test } from '@jest/globals'
import type { Application, Request, Response, Router } from 'express'
import { apiKeyAuth, requireScope } from 'express-api-keys'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

const places = frameworks.flatMap(({ framework, express }) => [
  { place: `a sub-app of ${framework}`, express, create: (): Application => express() },
  { place: `a Router of ${framework}`, express, create: (): Router => express.Router() },
])

const show = ({ apiKey }: Request, res: Response) => {
  res.json(apiKey?.name ?? 'nobody')
}

describe.each(places)('in $place', ({ express, create }) => {
  const openKeys = async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const reader = await keyring.issue({ ...owner, name: 'reader', scopes: ['orders:read'] })
    const idle = await keyring.issue({ ...owner, name: 'idle' })
    return { keyring, reader, idle }
  }

  test('guards what is mounted there, and nothing beside it', async () => {
    const { keyring, reader, idle } = await openKeys()
    const mounted = create()
    mounted.use(apiKeyAuth({ keyring }))
    mounted.get('/orders', requireScope('orders:read'), show)
    const app = express().use('/api', mounted).get('/', show)
    const orders = () => request(app).get('/api/orders')

    const open = await request(app).get('/')
    const good = await orders().auth(reader.secret, { type: 'bearer' })
    const unscoped = await orders().auth(idle.secret, { type: 'bearer' })
    const keyless = await orders()

    expect([open.body, good.body]).toEqual(['nobody', 'reader'])
    expect([unscoped.status, keyless.status]).toEqual([403, 401])
  })

  test('knows the key of a middleware outside', async () => {
    const { keyring, reader, idle } = await openKeys()
    const mounted = create()
    mounted.get('/orders', requireScope('orders:read'), show)
    const app = express().use(apiKeyAuth({ keyring })).use('/api', mounted)
    const orders = (secret: string) => request(app).get('/api/orders').auth(secret, { type: 'bearer' })

    const good = await orders(reader.secret)
    const unscoped = await orders(idle.secret)

    expect(good.body).toBe('reader')
    expect(unscoped.status).toBe(403)
  })
})
