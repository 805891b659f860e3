import type { LoadKeys } from '../key/loaded-keys.js'
import { CalmClient } from './calm-client.js'
import type { AnyApiKeyClient, ApiKeyClient } from './client.js'
import { createDirectLoad } from './direct-load.js'
import { PrismaClient } from './generated/client.js'
import { TextIdAdapter } from './text-id-adapter.js'

/** Beside those that keys are loaded on: managing keys can hold up nobody's request. Up to six of them count. */
const MAX_CONNECTIONS = 8
const IDLE_TIMEOUT_MS = 10_000

export interface DefaultClient {
  readonly client: AnyApiKeyClient
  readonly loadKeys: LoadKeys
  /** Loads Prisma's engine, which takes no connection but, on a busy machine, more time than a query may. */
  readonly prepare: () => Promise<void>
  readonly disconnect: () => Promise<void>
}

export interface DefaultClientOptions {
  readonly schema: string
  readonly queryTimeoutMs: number
}

/**
 * The package's own client and pools. Their limits are set here because the drivers have none of their own: with
 * Prisma 7 a full pool, a dead host and a lost answer each wait for ever.
 */
export function createDefaultClient(databaseUrl: string, options: DefaultClientOptions): DefaultClient {
  const { schema, queryTimeoutMs } = options
  const connect = {
    Client: CalmClient,
    connectionString: databaseUrl,
    application_name: 'express-api-keys',
    // Both the wait for a free connection and the time to open one.
    connectionTimeoutMillis: queryTimeoutMs,
    query_timeout: queryTimeoutMs,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
  }
  const adapter = new TextIdAdapter({ ...connect, max: MAX_CONNECTIONS }, { schema })
  // Prisma would print errors by itself; they are the observer's.
  const client: ApiKeyClient & Pick<PrismaClient, '$connect' | '$disconnect'> = new PrismaClient({
    adapter,
    log: [],
  })
  const { loadKeys, end } = createDirectLoad(connect, schema, queryTimeoutMs)
  return {
    client,
    loadKeys,
    prepare: () => client.$connect(),
    disconnect: async () => {
      await Promise.all([end(), client.$disconnect()])
    },
  }
}
