import { qualified } from './schema.js'

/** Of tenant $1, at $2, by an actor of kind $3, id $4 and address $5: the events of a JSON list. */
export function recordEventsSql(schema: string): string {
  return `INSERT INTO ${qualified('api_key_events', schema)}
      ("tenant_id", "at", "actor_kind", "actor_id", "address", "api_key_id", "type", "details")
    SELECT $1, $2::timestamptz, $3::text, $4::text, $5::text, "e"."apiKeyId", "e"."type", "e"."details"
    FROM jsonb_to_recordset($6::jsonb) AS "e"("apiKeyId" uuid, "type" text, "details" jsonb)`
}

/**
 * Newest first, of tenant $1, of key $2 unless that is null, after the event of time $3 and id $4 unless those are
 * null, at most $5. The times are kept in milliseconds, so none is lost on the way.
 */
export function eventPageSql(schema: string): string {
  return `SELECT "id"::text AS "id", "api_key_id"::text AS "apiKeyId", "type",
      (extract(epoch FROM "at") * 1000)::float8 AS "atMs",
      "actor_kind" AS "actorKind", "actor_id" AS "actorId", "address" AS "actorAddress", "details"
    FROM ${qualified('api_key_events', schema)}
    WHERE "tenant_id" = $1 AND ($2::uuid IS NULL OR "api_key_id" = $2::uuid)
      AND ($3::timestamptz IS NULL OR ("at", "id") < ($3::timestamptz, $4::uuid))
    ORDER BY "at" DESC, "id" DESC LIMIT $5::int`
}
