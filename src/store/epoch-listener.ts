import { Socket } from 'node:net'
import pg from 'pg'
import { AnnouncementsLost, type EpochListenerEvents, type ListenForEpoch } from '../epoch.js'
import { requireTrusted } from './client-epoch.js'
import { type EpochRow, readEpochSql } from './epoch-sql.js'
import { queryInOneMessage } from './one-message.js'
import { parseStep } from './parse-step.js'
import { qualified } from './schema.js'

const CONNECT_TIMEOUT_MS = 1_000
const QUERY_TIMEOUT_MS = 1_000
const KEEP_ALIVE_AFTER_MS = 1_000

/** Opens connections of their own to hear steps on; each lasts until it is lost or closed. */
export function createEpochListener(databaseUrl: string, schema: string): ListenForEpoch {
  // Without the limit, a reading that was given up here would go on there.
  const readEpoch = `SET LOCAL statement_timeout = ${QUERY_TIMEOUT_MS}; ${readEpochSql(schema)}`

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
        readEpoch: async () => requireTrusted((await queryInOneMessage<EpochRow>(connection, readEpoch))[0]),
      }
    } catch (error) {
      close()
      throw explainRefusal(error)
    }
  }
}

/** The trigger announces on a channel of its table's schema. */
async function findChannel(connection: pg.Client, schema: string): Promise<string> {
  const { rows } = await connection.query<{ channel: string }>(
    `SELECT 'api_keys.' || CASE WHEN octet_length('api_keys.' || "n"."nspname") > 63 THEN md5("n"."nspname")
       ELSE "n"."nspname" END AS "channel" FROM pg_class "c"
     JOIN pg_namespace "n" ON "n"."oid" = "c"."relnamespace" WHERE "c"."oid" = to_regclass($1)`,
    [qualified('api_key_epoch', schema)],
  )
  const [found] = rows
  if (found === undefined) {
    throw new AnnouncementsLost(
      'databaseUrl names a database without the table api_key_epoch',
      'let databaseUrl name the database of the Prisma client',
    )
  }
  return found.channel
}

/** What no time will mend: role or password refused, no such database, no right to connect (SQLSTATE class 28, …). */
const refusals = new Map([
  ['28000', 'the role of databaseUrl is refused'],
  ['28P01', 'the password of databaseUrl is refused'],
  ['3D000', 'the database of databaseUrl does not exist'],
  ['42501', 'the role of databaseUrl may not connect'],
])

function explainRefusal(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const why = refusals.get(code)
  if (why === undefined) return error
  return new AnnouncementsLost(
    why,
    'let databaseUrl name the database of the Prisma client, with a role that may read it',
    {
      cause: error,
    },
  )
}

function deliver(payload: string, { onStep, onOther }: EpochListenerEvents): void {
  const step = parseStep(payload)
  if (step === null) onOther(payload)
  else onStep(step)
}

function unref({ connection: { stream } }: pg.Client): void {
  if (stream instanceof Socket) stream.unref()
}
