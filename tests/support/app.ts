import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express5, { type Express } from 'express'
import { type ApiKeyAuthOptions, apiKeyAuth, requireAnyScope, requireScope } from 'express-api-keys'
import express4 from 'express4'

/** Every version of Express the package promises, for `describe.each`. */
export const frameworks = [
  { framework: 'Express 5', express: express5 },
  { framework: 'Express 4', express: express4 },
]

/** An app as a host writes it: everything guarded, one route for each kind of guard. */
export function createApp(options: ApiKeyAuthOptions, express = express5): Express {
  const app = express()
  app.use(apiKeyAuth(options))
  app.get('/whoami', ({ apiKey, tenant, user }, res) => {
    res.json({ apiKey, tenant, user })
  })
  app.get('/orders', requireScope('orders:read'), (_req, res) => {
    res.json({ passed: true })
  })
  app.get('/both', requireScope('orders:read', 'orders:write'), (_req, res) => {
    res.json({ passed: true })
  })
  app.get('/either', requireAnyScope('orders:write', 'orders:admin'), (_req, res) => {
    res.json({ passed: true })
  })
  return app
}

export interface ServedApp {
  readonly port: number
  readonly url: string
  close(): Promise<void>
}

/** For what supertest cannot do: raw bytes, and many requests over time. */
export async function serve(app: Express): Promise<ServedApp> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
