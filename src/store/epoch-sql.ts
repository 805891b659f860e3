import pg from 'pg'
import type { EpochReading } from '../epoch.js'
import { qualified } from './schema.js'

/** What advances the epoch when keys change, and what keeps a key's owner the one that it was issued to. */
const triggersOnKeys = [
  ...['api_key_epoch_on_update', 'api_key_epoch_on_delete', 'api_key_epoch_on_truncate'],
  ...['api_keys_refuse_forbidden_update', 'api_keys_refuse_foreign_user'],
]

/**
 * The epoch, and whether it can be trusted: on the primary, with the triggers in place that it needs, on the keys
 * and on the tables they belong to. Tables made by `db push` have none, and a trigger may be disabled at any time.
 * Numbers beyond 2^53 and drivers with different ideas of types: text and doubles arrive the same everywhere.
 */
export function readEpochSql(schema: string): string {
  const keys = `to_regclass(${pg.escapeLiteral(qualified('api_keys', schema))})`
  return `SELECT "epoch"::text AS "epoch", "stamp"::text AS "stamp", pg_is_in_recovery() AS "isReplica",
    (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "databaseMs",
    (SELECT string_agg("wanted"."what", ', ') FROM (
      SELECT 'the trigger ' || "name" || ' of api_keys' AS "what", EXISTS (
          SELECT FROM pg_trigger WHERE "tgrelid" = ${keys} AND "tgname" = "name" AND "tgenabled" IN ('O', 'A')
        ) AS "isThere"
        FROM unnest(ARRAY[${triggersOnKeys.map((name) => pg.escapeLiteral(name)).join(', ')}]) AS "name"
      UNION ALL
      SELECT 'the trigger api_key_epoch_on_update of what api_keys.' || "column" || ' references', EXISTS (
          SELECT FROM pg_constraint "c" JOIN pg_attribute "a" ON "a"."attrelid" = "c"."conrelid"
            JOIN pg_trigger "t" ON "t"."tgrelid" = "c"."confrelid"
          WHERE "c"."conrelid" = ${keys} AND "c"."contype" = 'f' AND "a"."attname" = "column"
            AND "a"."attnum" = ANY ("c"."conkey") AND "t"."tgname" = 'api_key_epoch_on_update'
            AND "t"."tgenabled" IN ('O', 'A')
        )
        FROM unnest(ARRAY['tenant_id', 'user_id']) AS "column"
      UNION ALL
      SELECT 'a table without partitions, which can be changed by themselves, in place of ' || "referenced"::text, FALSE
        FROM (SELECT "confrelid"::regclass FROM pg_constraint WHERE "conrelid" = ${keys} AND "contype" = 'f'
          UNION SELECT ${keys}) AS "tables" ("referenced")
        WHERE EXISTS (SELECT FROM pg_inherits WHERE "inhparent" = "referenced")
    ) AS "wanted" WHERE NOT "wanted"."isThere") AS "missing"
    FROM ${qualified('api_key_epoch', schema)}`
}

export interface EpochRow {
  readonly epoch: string
  readonly stamp: string
  readonly isReplica: boolean
  readonly databaseMs: number
  /** What would have to be there for the epoch to advance. */
  readonly missing: string | null
}

export function isEpochRow(row: unknown): row is EpochRow {
  const { epoch, stamp, isReplica, databaseMs, missing }: Partial<Record<keyof EpochRow, unknown>> =
    Object(row)
  return (
    typeof epoch === 'string' &&
    typeof stamp === 'string' &&
    typeof isReplica === 'boolean' &&
    typeof databaseMs === 'number' &&
    (missing === null || typeof missing === 'string')
  )
}

export function toEpochReading({ epoch, stamp, databaseMs }: EpochRow): EpochReading {
  return { epoch: BigInt(epoch), stamp, databaseMs }
}
