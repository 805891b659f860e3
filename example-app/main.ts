import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type ApiKeyEvent, createKeyring, type Keyring } from 'express-api-keys'
import { createApp } from './app.js'
import { type Database, migrate, openDatabase } from './database.js'
import { createOrderBook } from './orders.js'
import { issueKeys, seedOrders, seedTenants } from './seed.js'

// WebAssembly is compiled while the first queries wait: on a busy laptop that takes more than a second.
const FIRST_QUERIES_MS = 20_000

const port = readPort(process.env.PORT)
let stopping: Promise<void> | undefined
const started: { database?: Database; keyring?: Keyring; server?: Server } = {}

process.on('SIGINT', () => shutDown(0))
process.on('SIGTERM', () => shutDown(0))

try {
  await start()
} catch (error) {
  console.error(explain(error))
  await shutDown(1)
}

async function start(): Promise<void> {
  // The port first: when it is taken, nothing else need be started.
  const server = createServer((_req, res) => res.writeHead(503, { 'Retry-After': '1' }).end())
  started.server = server
  server.listen(port)
  await once(server, 'listening')

  const database = await openDatabase()
  started.database = database
  console.log(`Using ${database.description}.`)
  await migrate(database.url)
  await seedTenants(database.url)

  const keyring = createKeyring({
    databaseUrl: database.url,
    queryTimeoutMs: FIRST_QUERIES_MS,
    onEvent: printRefusal,
  })
  started.keyring = keyring
  const orders = createOrderBook()
  seedOrders(orders)
  const secrets = await issueKeys(keyring)

  server.removeAllListeners('request')
  server.on('request', createApp({ keyring, orders }))
  printWelcome(secrets)
}

/** The client is not told why; whoever runs the app is. */
function printRefusal(event: ApiKeyEvent): void {
  if (event.type === 'refused') console.log(`refused: ${event.reason} ${event.keyPrefix ?? ''}`.trimEnd())
}

function printWelcome(secrets: ReadonlyMap<string, string>): void {
  const address = `http://localhost:${port}`
  const authorization = (label: string) => `-H 'Authorization: Bearer ${secrets.get(label)}'`
  const lines = [
    `Listening on ${address}. These keys are fresh; they are shown here and never again:`,
    '',
    ...[...secrets].map(([label, secret]) => `${label}: ${secret}`),
    '',
    'Try it:',
    '',
    '# 200: the orders of the tenant of this key',
    `curl -i ${authorization('read-only')} ${address}/orders`,
    '# 401: a revoked key stays revoked',
    `curl -i ${authorization('revoked')} ${address}/orders`,
    '# 403: this key may read orders, not write them',
    `curl -i -X POST ${authorization('read-only')} ${address}/orders`,
    '# 200 five times, then 429: this key may be used five times a second',
    `curl -s -o /dev/null -w '%{http_code}\\n' ${authorization('read-only')} '${address}/orders?n=[1-8]'`,
    '',
    'The key "admin" manages keys: example-app/README.md shows how.',
    'Ctrl-C stops.',
  ]
  console.log(lines.join('\n'))
}

function shutDown(exitCode: number): Promise<void> {
  stopping ??= stop(exitCode)
  return stopping
}

async function stop(exitCode: number): Promise<void> {
  started.server?.close()
  started.server?.closeAllConnections()
  await started.keyring?.close()
  await started.database?.stop()
  process.exit(exitCode)
}

function readPort(text = '3000'): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number > 0 && number < 65536) return number
  console.error(`PORT must be a number from 1 to 65535, not "${text}".`)
  process.exit(1)
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is in use: stop what listens there, or choose another with PORT=${port + 1} npm start.`
  }
  return error.cause instanceof Error ? `${error.message} ${error.cause.message}.` : error.message
}
