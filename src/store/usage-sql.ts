import { qualified } from './sql.js'

const used = `"used" AS (
      SELECT "id", "at" FROM jsonb_to_recordset($1::jsonb) AS "u"("id" uuid, "at" timestamptz)
    )`
/** A time never goes backwards, whoever flushes later. */
const isDue = '("k"."last_used_at" IS NULL OR "k"."last_used_at" < "used"."at")'
const isAwaited = '"p"."id" IS NOT NULL AS "isAwaited"'

/**
 * One statement for all keys of a chunk. A row that somebody else is changing is passed over: to wait for it while
 * holding others could deadlock with a transaction of the host's, which might be the one to end.
 */
export function writeLastUsedSql(schema: string): string {
  const table = qualified('api_keys', schema)
  return `WITH ${used}, "locked" AS (
      SELECT "k"."id", "k"."rotated_from_id", "used"."at" FROM ${table} "k" JOIN "used" ON "used"."id" = "k"."id"
      WHERE ${isDue} ORDER BY "k"."id" FOR NO KEY UPDATE OF "k" SKIP LOCKED
    )
    UPDATE ${table} "k" SET "last_used_at" = "locked"."at"
    FROM "locked" LEFT JOIN ${table} "p" ON ${waits('"locked"')}
    WHERE "k"."id" = "locked"."id"
    RETURNING "k"."id"::text AS "id", false AS "isPassedOver", ${isAwaited}`
}

/** Of keys that were not written: those that still should be, and those that a predecessor waits for. */
export function findUnwrittenSql(schema: string): string {
  const table = qualified('api_keys', schema)
  return `WITH ${used}
    SELECT "k"."id"::text AS "id", ${isDue} AS "isPassedOver", ${isAwaited}
    FROM ${table} "k" JOIN "used" ON "used"."id" = "k"."id" LEFT JOIN ${table} "p" ON ${waits('"k"')}
    WHERE ${isDue} OR "p"."id" IS NOT NULL`
}

/** A predecessor that lives on until this key is used. */
function waits(successor: string): string {
  return `"p"."id" = ${successor}."rotated_from_id" AND "p"."grace_after_use_ms" IS NOT NULL`
}
