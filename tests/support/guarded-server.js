// A server process as users run it: the built package, Express, one guarded route. Obeys its parent.
import { once } from 'node:events'
import { createServer } from 'node:http'
import express from 'express'
import { apiKeyAuth, createKeyring, requireScope } from '../../dist/index.js'

const { options, poolUrl } = JSON.parse(process.argv[2])
const { PrismaPg } = await import('@prisma/adapter-pg')
const { PrismaClient } = await import('../../dist/store/generated/client.js')

/** The host's own client, where the pool and the listener must not share a way to the database. */
function hostClient(connectionString) {
  const pool = { connectionString, max: 5, connectionTimeoutMillis: 800, query_timeout: 800 }
  return new PrismaClient({ adapter: new PrismaPg(pool), log: [] })
}

const keyring = createKeyring({
  ...options,
  ...(poolUrl ? { prisma: hostClient(poolUrl) } : {}),
  onEvent: (event) => {
    if (event.type === 'authenticated' || event.type === 'refused') return
    const { type, feed, why, mend, keys } = event
    process.send({ event: { type, feed, why, mend, keys } })
  },
})
const app = express()
app.use(apiKeyAuth({ keyring }))
app.get('/', requireScope('orders:read'), (_req, res) => res.end())

const commands = {
  revoke: (key) => keyring.revoke(key).then(() => null),
  health: () => keyring.health(),
  close: () => keyring.close().then(() => null),
  block(ms) {
    const end = performance.now() + ms
    while (performance.now() < end);
    return null
  },
}
process.on('message', async ({ id, command, input }) => {
  process.send({ id, result: await commands[command](input) })
})
process.on('disconnect', () => process.exit())

const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
process.send({ port: server.address().port })
