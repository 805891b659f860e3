import { Socket } from 'node:net'
import pg from 'pg'
import type { EpochListenerEvents, EpochStep, ListenForEpoch } from '../epoch.js'
import { requirePrimary } from './client-epoch.js'
import { type EpochRow, qualified, readEpochSql, schemaOf } from './sql.js'

const CONNECT_TIMEOUT_MS = 1_000
const QUERY_TIMEOUT_MS = 1_000
const KEEP_ALIVE_AFTER_MS = 1_000

/** Opens connections of their own to hear steps on; each lasts until it is lost or closed. */
export function createEpochListener(databaseUrl: string): ListenForEpoch {
  const schema = schemaOf(databaseUrl)
  const readEpoch = readEpochSql(schema)

  return async (events) => {
    const connection = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'express-api-keys listener',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    })
    connection.on('error', events.onLost)
    connection.on('end', events.onLost)
    connection.on('notification', ({ payload = '' }) => deliver(payload, events))
    // Not `end()`, which waits for the other side: a dead connection has none.
    const close = () => {
      events.onLost()
      connection.connection.stream.destroy()
    }
    try {
      await connection.connect()
      // Listening is no reason for a process to go on living.
      unref(connection)
      const channel = await findChannel(connection, schema)
      await connection.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
      return {
        channel,
        close,
        readEpoch: async () => requirePrimary((await connection.query<EpochRow>(readEpoch)).rows[0]),
      }
    } catch (error) {
      close()
      throw error
    }
  }
}

/** The trigger announces on a channel of its table's schema. */
async function findChannel(connection: pg.Client, schema: string | undefined): Promise<string> {
  const { rows } = await connection.query<{ channel: string }>(
    `SELECT 'api_keys.' || CASE WHEN octet_length('api_keys.' || "n"."nspname") > 63 THEN md5("n"."nspname")
       ELSE "n"."nspname" END AS "channel" FROM pg_class "c"
     JOIN pg_namespace "n" ON "n"."oid" = "c"."relnamespace" WHERE "c"."oid" = to_regclass($1)`,
    [qualified('api_key_epoch', schema)],
  )
  const [found] = rows
  if (found === undefined) throw new Error('databaseUrl names a database without the table api_key_epoch')
  return found.channel
}

function deliver(payload: string, { onStep, onOther }: EpochListenerEvents): void {
  const step = parseStep(payload)
  if (step === null) onOther(payload)
  else onStep(step)
}

/** Whoever may connect may send anything, so nothing is taken for granted. */
function parseStep(payload: string): EpochStep | null {
  if (!payload.startsWith('{')) return null
  try {
    const { epoch, stamp, before, hashes }: Record<string, unknown> = JSON.parse(payload)
    const isStep = isText(epoch) && isText(stamp) && isText(before) && (hashes === null || isTexts(hashes))
    return isStep ? { epoch: BigInt(epoch), stamp, stampBefore: before, keyHashes: hashes } : null
  } catch {
    return null
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText)
}

function unref({ connection: { stream } }: pg.Client): void {
  if (stream instanceof Socket) stream.unref()
}
