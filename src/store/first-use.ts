import type { RawClient } from './client.js'
import { requireRows } from './raw-rows.js'
import { qualified } from './schema.js'
import type { InTransaction } from './transaction.js'

/**
 * Ends keys a grace after the first use of their successors, which are given by their ids. Answers the successors
 * whose predecessors somebody else is changing: for the next time. What it has done once, it does not do again.
 */
export function createGraceOfFirstUse(
  inTransaction: InTransaction<RawClient>,
  schema: string,
): (successorIds: readonly string[]) => Promise<readonly string[]> {
  const sql = endGraceSql(schema)
  return async (successorIds) => {
    const rows = await inTransaction(({ tx }) => tx.$queryRawUnsafe(sql, JSON.stringify(successorIds)))
    const ended = new Set(requireRows(rows, isEndedRow).map(({ successorId }) => successorId))
    return successorIds.filter((id) => !ended.has(id))
  }
}

function isEndedRow(row: unknown): row is { readonly successorId: string } {
  return (
    typeof row === 'object' && row !== null && 'successorId' in row && typeof row.successorId === 'string'
  )
}

/** The trail tells times as JSON does. */
const asJsonTime = (time: string) => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** The end that was set as a deadline is brought nearer, never put off. */
function endGraceSql(schema: string): string {
  const table = qualified('api_keys', schema)
  return `WITH "awaited" AS (
      SELECT "p"."id", "k"."id" AS "successor_id", "p"."expires_at",
        LEAST("p"."expires_at", "k"."last_used_at" + "p"."grace_after_use_ms" * interval '1 millisecond') AS "ends_at"
      FROM ${table} "k" JOIN ${table} "p" ON "p"."id" = "k"."rotated_from_id"
      WHERE "k"."id" IN (SELECT "value"::uuid FROM jsonb_array_elements_text($1::jsonb) AS "ids"("value"))
        AND "k"."last_used_at" IS NOT NULL AND "p"."grace_after_use_ms" IS NOT NULL
      ORDER BY "p"."id" FOR NO KEY UPDATE OF "p" SKIP LOCKED
    ), "ended" AS (
      UPDATE ${table} "p" SET "expires_at" = "awaited"."ends_at", "grace_after_use_ms" = NULL
      FROM "awaited" WHERE "p"."id" = "awaited"."id"
      RETURNING "p"."id", "p"."tenant_id", "awaited"."successor_id", "awaited"."expires_at" AS "expired_at",
        "p"."expires_at"
    ), "told" AS (
      INSERT INTO ${qualified('api_key_events', schema)} ("tenant_id", "api_key_id", "type", "actor_kind", "details")
      SELECT "tenant_id", "id", 'updated', 'system', jsonb_build_object(
        'before', jsonb_build_object('expiresAt', ${asJsonTime('"expired_at"')}),
        'after', jsonb_build_object('expiresAt', ${asJsonTime('"expires_at"')}),
        'firstUseOf', "successor_id")
      FROM "ended" WHERE "expired_at" IS DISTINCT FROM "expires_at"
    )
    SELECT "successor_id"::text AS "successorId" FROM "ended"`
}
