// A server process as users run it: the built package, Express, one guarded route. Obeys its parent.
import { once } from 'node:events'
import { createServer } from 'node:http'
import express from 'express'
import { apiKeyAuth, createKeyring, requireScope } from '../../dist/index.js'

const { options, poolUrl, redisUrl } = JSON.parse(process.argv[2])
const { PrismaPg } = await import('@prisma/adapter-pg')
const { PrismaClient } = await import('../../dist/store/generated/client.js')

/** The host's own client, where the pool and the listener must not share a way to the database. */
function hostClient(connectionString) {
  const pool = { connectionString, max: 5, connectionTimeoutMillis: 800, query_timeout: 800 }
  return new PrismaClient({ adapter: new PrismaPg(pool), log: [] })
}

const prisma = poolUrl ? hostClient(poolUrl) : undefined
/** The host's own, with its defaults: what is lost and slow there is ours to bear. */
async function hostRedis(url) {
  const { Redis } = await import('ioredis')
  const client = new Redis(url)
  client.on('error', () => {})
  await once(client, 'ready')
  return client
}

const redis = redisUrl ? await hostRedis(redisUrl) : undefined
const onRedis = redis ? { rateCounters: redis, quotaCounters: redis } : {}
const keyring = createKeyring({
  ...options,
  // Loads go on with keys that have ended, many times a minute from one address.
  limits: { failedAttempts: false, ...options.limits, ...onRedis },
  ...(prisma ? { prisma } : {}),
  onEvent: (event) => {
    if (event.type === 'authenticated' || event.type === 'refused') return
    const { type, feed, why, mend, keys, counters } = event
    if (process.connected) process.send({ event: { type, feed, why, mend, keys, counters } })
  },
})
const app = express()
app.use(apiKeyAuth({ keyring }))
app.get('/', requireScope('orders:read'), (_req, res) => res.end())

/** As a host does on SIGTERM; then nothing may be left that keeps the process alive. */
async function close() {
  server.close()
  server.closeAllConnections()
  await keyring.close()
  await prisma?.$disconnect()
  redis?.disconnect()
  process.off('disconnect', exit)
  process.disconnect()
}

function block(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
  return null
}

/** Asks at a steady pace, whatever the answers take; answers when each request that passed was decided. */
async function hammer({ secret, perSecond, ms }) {
  const passedAt = []
  const asked = []
  const start = performance.now()
  for (let sent = 0; performance.now() - start < ms; ) {
    for (const due = ((performance.now() - start) / 1_000) * perSecond; sent < due; sent += 1) {
      asked.push(
        keyring.authenticate(secret).then(
          () => passedAt.push(Date.now()),
          () => {},
        ),
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await Promise.all(asked)
  return { asked: asked.length, passedAt }
}

const commands = {
  hammer,
  revoke: ({ tenantId, id }) => keyring.revoke({ tenantId, id }).then(() => null),
  health: () => keyring.health(),
  block,
  close,
}
const exit = () => process.exit()
process.on('message', async ({ id, command, input }) => {
  const result = await commands[command](input)
  if (process.connected) process.send({ id, result })
})
// The parent has died.
process.on('disconnect', exit)

const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
process.send({ port: server.address().port })
