import type { DirectConnection } from './direct-connection.js'

export interface ServerFacts {
  /** As in `15.4`. */
  readonly version: string
  readonly isReplica: boolean
  /** `session_replication_role` lets sessions of this user pass by the triggers. */
  readonly skipsTriggers: boolean
  /** How far the database's clock is before this machine's, within half of the time that asking took. */
  readonly clockOffsetMs: number
  readonly answeredInMs: number
}

interface FactsRow extends Pick<ServerFacts, 'isReplica' | 'skipsTriggers'> {
  readonly version: string
  readonly databaseMs: number
}

export async function readServerFacts(
  connection: DirectConnection,
  nowMs: () => number,
): Promise<ServerFacts> {
  const askedAt = nowMs()
  const [row] = await connection.query<FactsRow>(
    `SELECT current_setting('server_version') AS "version", pg_is_in_recovery() AS "isReplica",
       current_setting('session_replication_role') = 'replica' AS "skipsTriggers",
       (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "databaseMs"`,
  )
  const answeredAt = nowMs()
  if (row === undefined) throw new Error('the database answered a question about itself with nothing')
  const { databaseMs, version, ...facts } = row
  return {
    ...facts,
    version: version.split(' ')[0] ?? version,
    clockOffsetMs: Math.round(databaseMs - (askedAt + answeredAt) / 2),
    answeredInMs: answeredAt - askedAt,
  }
}
