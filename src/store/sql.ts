import type { EpochReading } from '../epoch.js'

// The few statements that Prisma's model API cannot say. Tables are named with their schema where that is known;
// else the session's search_path finds them.

export function qualified(table: string, schema: string | undefined): string {
  return schema === undefined ? `"${table}"` : `"${schema.replaceAll('"', '""')}"."${table}"`
}

/** Prisma's own parameter of a URL; PostgreSQL knows none of the kind. */
export function schemaOf(databaseUrl: string): string | undefined {
  return new URL(databaseUrl).searchParams.get('schema') ?? undefined
}

/** Numbers beyond 2^53 and drivers with different ideas of types: text and doubles arrive the same everywhere. */
export function readEpochSql(schema: string | undefined): string {
  return `SELECT "epoch"::text AS "epoch", "stamp"::text AS "stamp", pg_is_in_recovery() AS "isReplica",
    (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "databaseMs"
    FROM ${qualified('api_key_epoch', schema)}`
}

export interface EpochRow {
  readonly epoch: string
  readonly stamp: string
  readonly isReplica: boolean
  readonly databaseMs: number
}

export function toEpochReading({ epoch, stamp, databaseMs }: EpochRow): EpochReading {
  return { epoch: BigInt(epoch), stamp, databaseMs }
}

/**
 * One statement for all keys of a flush. Rows are locked in id order, so that two processes cannot deadlock, and a
 * time never goes backwards, whoever flushes later.
 */
export function writeLastUsedSql(schema: string | undefined): string {
  const table = qualified('api_keys', schema)
  return `WITH "used" AS (
      SELECT "id", "at" FROM jsonb_to_recordset($1::jsonb) AS "u"("id" uuid, "at" timestamptz)
    ), "locked" AS (
      SELECT "k"."id", "used"."at" FROM ${table} "k" JOIN "used" ON "used"."id" = "k"."id"
      WHERE "k"."last_used_at" IS NULL OR "k"."last_used_at" < "used"."at"
      ORDER BY "k"."id" FOR NO KEY UPDATE OF "k"
    )
    UPDATE ${table} "k" SET "last_used_at" = GREATEST("k"."last_used_at", "locked"."at")
    FROM "locked" WHERE "k"."id" = "locked"."id"`
}
