import pg from 'pg'
import { Refusal } from '../errors.js'
import { schemaOf } from './schema.js'

const CONNECT_TIMEOUT_MS = 5_000

/** One connection of its own, beside every pool; for looking at a database, not for serving requests. */
export interface DirectConnection {
  /** Of the tables, as the URL says. */
  readonly schema: string
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>
}

/**
 * Connects, works, and closes whatever comes of it. No statement takes longer than the limit. Any failure is a
 * `store_unavailable`.
 */
export async function withDirectConnection<T>(
  databaseUrl: string,
  queryTimeoutMs: number,
  work: (connection: DirectConnection) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'express-api-keys doctor',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: queryTimeoutMs,
  })
  // A connection that breaks between two queries must not end the process: the next query tells.
  client.on('error', () => {})
  try {
    await client.connect()
    return await work({
      schema: schemaOf(databaseUrl),
      query: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
        (await client.query<Row>(sql, [...values])).rows,
    })
  } catch (cause) {
    throw new Refusal('store_failed', {}, cause)
  } finally {
    // Not `end()`, which waits for the other side: a dead connection has none.
    client.connection.stream.destroy()
  }
}
