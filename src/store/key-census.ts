import type { DirectConnection } from './direct-connection.js'
import { qualified } from './schema.js'

/** How many keys of all tenants could be used, and how many of those are worth a look. */
export interface KeyCensus {
  readonly active: number
  readonly withoutExpiry: number
  /** Older than the time asked for, and not used within it. */
  readonly unused: number
}

/** A big table takes its time, so the server itself ends the count at the limit. For the end of a connection's work. */
export async function countKeys(
  connection: DirectConnection,
  unusedMs: number,
  queryTimeoutMs: number,
): Promise<KeyCensus> {
  await connection.query('BEGIN')
  await connection.query(`SET LOCAL statement_timeout = ${queryTimeoutMs}`)
  const [counted] = await connection.query<KeyCensus>(
    `WITH "limits" AS (SELECT now() - $1 * interval '1 millisecond' AS "since")
     SELECT count(*)::float8 AS "active",
       (count(*) FILTER (WHERE "expires_at" IS NULL))::float8 AS "withoutExpiry",
       (count(*) FILTER (WHERE greatest("created_at", "last_used_at") < "since"))::float8 AS "unused"
     FROM ${qualified('api_keys', connection.schema)}, "limits"
     WHERE "revoked_at" IS NULL AND ("expires_at" IS NULL OR "expires_at" > now())`,
    [unusedMs],
  )
  await connection.query('COMMIT')
  return counted ?? { active: 0, withoutExpiry: 0, unused: 0 }
}
