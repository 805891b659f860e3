import express, { type Express, type Request } from 'express'
import { type ApiKey, apiKeyAuth, type Keyring, requireScope } from 'express-api-keys'
import { apiKeyRouter, authorizeByKey } from 'express-api-keys/admin'
import type { OrderBook } from './orders.js'

export interface AppDependencies {
  readonly keyring: Keyring
  readonly orders: OrderBook
}

/** A small shop's API. Everything after `apiKeyAuth()` has a key, a tenant and a user. */
export function createApp({ keyring, orders }: AppDependencies): Express {
  const app = express()

  app.get('/health', (_req, res) => {
    res.json({ status: 'ok' })
  })
  app.get('/hello', apiKeyAuth({ keyring, optional: true }), (req, res) => {
    res.json({ hello: req.tenant?.name ?? 'stranger' })
  })

  // Has authorization of its own, which asks the database: only a key with `api-keys:manage` gets in.
  app.use('/api-keys', apiKeyRouter({ keyring, authorize: authorizeByKey({ keyring }) }))

  // Before express.json(): a refused request then costs no parsing.
  app.use(apiKeyAuth({ keyring }))
  app.use(express.json({ limit: '10kb' }))

  app.get('/whoami', (req, res) => {
    const { tenant, user, apiKey } = caller(req)
    res.json({
      tenant: { id: tenant.id, name: tenant.name },
      user: { id: user.id, email: user.email },
      apiKey: shown(apiKey),
    })
  })
  app.get('/orders', requireScope('orders:read'), (req, res) => {
    res.json({ orders: orders.of(caller(req).tenant.id) })
  })
  app.post('/orders', requireScope('orders:write'), (req, res) => {
    const item: unknown = req.body?.item
    if (typeof item !== 'string' || item === '') {
      res.status(400).json({ error: 'item must be a text' })
      return
    }
    res.status(201).json({ order: orders.add(caller(req).tenant.id, item) })
  })
  return app
}

/** After `apiKeyAuth()` all three are set; TypeScript cannot know on which route it stands. */
function caller({ apiKey, tenant, user }: Request) {
  if (!apiKey || !tenant || !user) throw new Error('this route needs apiKeyAuth() before it')
  return { apiKey, tenant, user }
}

function shown({ id, name, keyPrefix, scopes, createdAt, expiresAt, lastUsedAt }: ApiKey) {
  return { id, name, keyPrefix, scopes, createdAt, expiresAt, lastUsedAt }
}
