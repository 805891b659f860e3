import type { ApiKeyClient } from './client.js'
import { PrismaClient } from './generated/client.js'
import { SerialTransactionsPg } from './serial-transactions.js'

const MAX_CONNECTIONS = 10
const IDLE_TIMEOUT_MS = 10_000

export interface DefaultClient extends ApiKeyClient {
  $disconnect(): Promise<void>
}

export interface DefaultClientOptions {
  readonly schema: string
  readonly queryTimeoutMs: number
}

/**
 * The package's own client and pool. Its limits are set here because the driver has none of its own: with
 * Prisma 7 a full pool, a dead host and a lost answer each wait for ever.
 */
export function createDefaultClient(databaseUrl: string, options: DefaultClientOptions): DefaultClient {
  const { schema, queryTimeoutMs } = options
  const pool = {
    connectionString: databaseUrl,
    application_name: 'express-api-keys',
    max: MAX_CONNECTIONS,
    // Both the wait for a free connection and the time to open one.
    connectionTimeoutMillis: queryTimeoutMs,
    query_timeout: queryTimeoutMs,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
  }
  const adapter = new SerialTransactionsPg(pool, { schema })
  // Prisma would print errors by itself; they are the observer's.
  return new PrismaClient({ adapter, log: [] })
}
