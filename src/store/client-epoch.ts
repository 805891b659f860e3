import { type ClientEpochSource, type EpochReading, EpochUnavailable } from '../epoch.js'
import { withinTime } from '../time-limit.js'
import type { RawClient } from './client.js'
import { DOCTOR } from './doctor-mend.js'
import { type EpochRow, isEpochRow, readEpochSql, toEpochReading } from './epoch-sql.js'
import { requireRows } from './raw-rows.js'
import { type InTransaction, replicaRead } from './transaction.js'

interface ClientEpochOptions {
  readonly client: RawClient
  readonly inTransaction: InTransaction<RawClient>
  readonly schema: string
  readonly queryTimeoutMs: number
}

/** The epoch as the keyring's own Prisma client sees it. */
export function createClientEpoch(options: ClientEpochOptions): ClientEpochSource {
  const { client, inTransaction, schema, queryTimeoutMs } = options
  const sql = readEpochSql(schema)
  return {
    async readEpoch() {
      const rows = await inTransaction(({ tx }) => tx.$queryRawUnsafe(sql)).catch(explain)
      return requireTrusted(requireRows(rows, isEpochRow)[0])
    },
    async announce(channel, text) {
      await withinTime(
        queryTimeoutMs,
        client.$queryRawUnsafe('SELECT pg_notify($1, $2)::text', channel, text),
      )
    },
  }
}

/** An epoch that some change would not advance can renew no lease. */
export function requireTrusted(row: EpochRow | undefined): EpochReading {
  if (row === undefined) {
    const mend = 'run "INSERT INTO api_key_epoch DEFAULT VALUES" in the schema of your tables'
    throw new EpochUnavailable('the table api_key_epoch is empty', mend)
  }
  if (row.isReplica) throw replicaRead()
  if (row.missing !== null) {
    throw new EpochUnavailable(`changes would go unnoticed: missing or disabled is ${row.missing}`, DOCTOR)
  }
  return toEpochReading(row)
}

/** 42P01: no such table; 42501: no right to read it. Prisma hands the codes on inside its own P2010. */
function explain(cause: unknown): never {
  const text = cause instanceof Error ? cause.message : ''
  if (/\b42P01\b/.test(text)) {
    throw new EpochUnavailable('the table api_key_epoch does not exist', DOCTOR, { cause })
  }
  if (/\b42501\b/.test(text)) {
    const mend = 'GRANT SELECT ON api_key_epoch to the role of the application'
    throw new EpochUnavailable('the table api_key_epoch may not be read', mend, { cause })
  }
  throw cause
}
