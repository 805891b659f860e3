import { qualified } from './schema.js'

const used = `"used" AS (
      SELECT "id", "at" FROM jsonb_to_recordset($1::jsonb) AS "u"("id" uuid, "at" timestamptz)
    )`
/** A time never goes backwards, whoever flushes later. */
const isDue = '("k"."last_used_at" IS NULL OR "k"."last_used_at" < "used"."at")'

/**
 * One statement for all keys of a chunk: when they were used, and how often on which day. A row that somebody else is
 * changing is passed over: to wait for it while holding others could deadlock with a transaction of the host's, which
 * might be the one to end. Of the counts of a key, only who has locked that key changes any.
 */
export function writeUsesSql(schema: string): string {
  const table = qualified('api_keys', schema)
  const counts = qualified('api_key_usage', schema)
  return `WITH ${used}, "locked" AS (
      SELECT "k"."id", "k"."rotated_from_id", "used"."at", ${isDue} AS "is_due"
      FROM ${table} "k" JOIN "used" ON "used"."id" = "k"."id"
      ORDER BY "k"."id" FOR NO KEY UPDATE OF "k" SKIP LOCKED
    ), "counted" AS (
      INSERT INTO ${counts} AS "c" ("api_key_id", "day", "requests", "refused")
      SELECT "locked"."id", DATE '1970-01-01' + "n"."day", "n"."requests", "n"."refused"
      FROM jsonb_to_recordset($2::jsonb) AS "n"("id" uuid, "day" int, "requests" bigint, "refused" bigint)
      JOIN "locked" ON "locked"."id" = "n"."id" ORDER BY "n"."id", "n"."day"
      ON CONFLICT ("api_key_id", "day") DO UPDATE SET "requests" = "c"."requests" + EXCLUDED."requests",
        "refused" = "c"."refused" + EXCLUDED."refused"
    ), "stamped" AS (
      UPDATE ${table} "k" SET "last_used_at" = "locked"."at" FROM "locked"
      WHERE "k"."id" = "locked"."id" AND "locked"."is_due"
    )
    SELECT "locked"."id"::text AS "id", "p"."id" IS NOT NULL AS "isAwaited"
    FROM "locked" LEFT JOIN ${table} "p" ON "locked"."at" IS NOT NULL AND "p"."id" = "locked"."rotated_from_id"
      AND "p"."grace_after_use_ms" IS NOT NULL`
}

/** Of keys that were passed over, those that still exist. */
export function findExistingSql(schema: string): string {
  return `SELECT "id"::text AS "id", false AS "isAwaited" FROM ${qualified('api_keys', schema)}
    WHERE "id" IN (SELECT "value"::uuid FROM jsonb_array_elements_text($1::jsonb) AS "ids"("value"))`
}
