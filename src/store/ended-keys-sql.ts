import { lockedColumns } from './locked-rows.js'
import { qualified } from './schema.js'

const keysOf = (schema: string) => qualified('api_keys', schema)

export function familyIdsSql(schema: string): string {
  return `SELECT "id"::text AS "id" FROM ${keysOf(schema)} WHERE "tenant_id" = $1 AND "revoked_at" IS NULL
    AND ("id" = $2::uuid OR "family_id" = $2::uuid)`
}

export function unrevokedIdsSql(schema: string): string {
  return `SELECT "id"::text AS "id" FROM ${keysOf(schema)} WHERE "tenant_id" = $1 AND "revoked_at" IS NULL
    AND ("user_id" = $2 OR $2 IS NULL) AND ("key_prefix" ~ $4::text OR $4 IS NULL) ORDER BY "id" LIMIT $3::int`
}

export function endedIdsSql(schema: string): string {
  return `SELECT "id"::text AS "id" FROM ${keysOf(schema)} WHERE "tenant_id" = $1
    AND ${hasEnded('$2')} ORDER BY "id" LIMIT $3::int`
}

const hasEnded = (before: string) =>
  `("revoked_at" < ${before}::timestamptz OR "expires_at" < ${before}::timestamptz)`

/** Tenant, time, and who acts: what each line of the trail has; then the ids, and what is particular. */
const trail = '"tenant_id", "id", {type}, $2::timestamptz, $3::text, $4::text, $5::text'
/** As an array, which is looked up in the index: joined, a new table without statistics was read a thousand times. */
const asked = `"tenant_id" = $1 AND "id" = ANY (ARRAY(
        SELECT "value"::uuid FROM jsonb_array_elements_text($6::jsonb) AS "ids"("value")))`

/** In the order of their ids, so that two who lock several do not wait for each other. */
export function revokeSql(schema: string): string {
  return `WITH "locked" AS (
      SELECT "id" FROM ${keysOf(schema)} WHERE ${asked} AND "revoked_at" IS NULL ORDER BY "id" FOR UPDATE
    ), "revoked" AS (
      UPDATE ${keysOf(schema)} "k" SET "revoked_at" = $2::timestamptz, "revoked_reason" = $7::text
      FROM "locked" WHERE "k"."id" = "locked"."id" RETURNING "k".*
    ), "told" AS (
      ${tellSql(schema, 'revoked')}, CASE WHEN $7::text IS NULL THEN '{}' ELSE jsonb_build_object('reason', $7::text) END
      FROM "revoked"
    )
    SELECT ${lockedColumns} FROM "revoked"`
}

/** The last that is known of a key stays in the trail. */
export function pruneSql(schema: string): string {
  return `WITH "pruned" AS (
      DELETE FROM ${keysOf(schema)} WHERE "id" = ANY (ARRAY(
        SELECT "id" FROM ${keysOf(schema)} WHERE ${asked} AND ${hasEnded('$7')} ORDER BY "id" FOR UPDATE))
      RETURNING *
    ), "told" AS (
      ${tellSql(schema, 'pruned')},
        jsonb_build_object('name', "name", 'keyPrefix', "key_prefix", 'userId', "user_id"::text)
      FROM "pruned"
    )
    SELECT ${lockedColumns} FROM "pruned"`
}

function tellSql(schema: string, type: 'revoked' | 'pruned'): string {
  return `INSERT INTO ${qualified('api_key_events', schema)}
        ("tenant_id", "api_key_id", "type", "at", "actor_kind", "actor_id", "address", "details")
      SELECT ${trail.replace('{type}', `'${type}'`)}`
}
