import type { DirectConnection } from './direct-connection.js'
import { qualified } from './schema.js'
import { type TableRole, tableRoles } from './structure.js'

export interface FoundTrigger {
  readonly name: string
  /** Disabled, or for replication only, it guards nothing. */
  readonly isEnabled: boolean
  /** Of the function that it runs. */
  readonly body: string
}

export interface FoundTable {
  /** As SQL has to write it. */
  readonly name: string
  /** Without quotes, and without its schema. */
  readonly bareName: string
  readonly columns: readonly string[]
  readonly constraints: readonly string[]
  readonly triggers: readonly FoundTrigger[]
}

/** What stands in a database, of what the package needs. */
export interface Catalog {
  readonly schema: string
  readonly tables: ReadonlyMap<TableRole, FoundTable>
  /** That have a table of keys too. */
  readonly otherSchemas: readonly string[]
  readonly hasKeys: boolean
  readonly hasEpoch: boolean
  /** Prisma's notes, by the name of the migration. */
  readonly recorded: ReadonlyMap<string, 'applied' | 'failed'>
}

/** Tenants and users are found by the foreign keys of the keys, whatever their tables are called. */
const tablesSql = `WITH "own" AS (
    SELECT "role", to_regclass("table")::oid AS "oid" FROM unnest($1::text[], $2::text[]) AS "t"("role", "table")
  ), "owners" AS (
    SELECT DISTINCT ON ("role") "role", "oid" FROM (
      SELECT CASE "a"."attname" WHEN 'tenant_id' THEN 'tenants' ELSE 'users' END AS "role", "k"."confrelid" AS "oid"
      FROM pg_constraint "k" JOIN "own" ON "own"."oid" = "k"."conrelid" AND "own"."role" = 'api_keys'
      JOIN pg_attribute "a" ON "a"."attrelid" = "k"."conrelid" AND "a"."attnum" = "k"."conkey"[1]
      WHERE "k"."contype" = 'f' AND "a"."attname" IN ('tenant_id', 'user_id')
    ) AS "referenced" ORDER BY "role", "oid"
  ), "found" AS (
    SELECT * FROM "own" WHERE "role" NOT IN (SELECT "role" FROM "owners") UNION ALL SELECT * FROM "owners"
  )
  SELECT "role", "found"."oid"::regclass::text AS "name",
    (SELECT "relname"::text FROM pg_class WHERE pg_class."oid" = "found"."oid") AS "bareName",
    ARRAY(SELECT "attname"::text FROM pg_attribute WHERE "attrelid" = "found"."oid" AND "attnum" > 0 AND NOT "attisdropped")
      AS "columns",
    ARRAY(SELECT "conname"::text FROM pg_constraint WHERE "conrelid" = "found"."oid" AND "contype" = 'c') AS "constraints",
    (SELECT coalesce(json_agg(json_build_object('name', "t"."tgname", 'isEnabled', "t"."tgenabled" IN ('O', 'A'),
        'body', "f"."prosrc")), '[]')
      FROM pg_trigger "t" JOIN pg_proc "f" ON "f"."oid" = "t"."tgfoid"
      WHERE "t"."tgrelid" = "found"."oid" AND NOT "t"."tgisinternal") AS "triggers"
  FROM "found" WHERE "found"."oid" IS NOT NULL`

/** A host may have a table of this name that is another. */
const otherSchemasSql = `SELECT "table_schema"::text AS "name" FROM information_schema.columns
  WHERE "table_name" = 'api_keys' AND "column_name" = 'key_hash' AND "table_schema" <> $1 ORDER BY "name"`

interface TableRow extends FoundTable {
  readonly role: TableRole
}

interface RecordRow {
  readonly name: string
  readonly isApplied: boolean
}

export async function readCatalog(connection: DirectConnection): Promise<Catalog> {
  const names = tableRoles.map((role) => qualified(role, connection.schema))
  const rows = await connection.query<TableRow>(tablesSql, [[...tableRoles], names])
  const tables = new Map(rows.map(({ role, ...table }) => [role, table]))
  const schemas = await connection.query<{ name: string }>(otherSchemasSql, [connection.schema])
  return {
    schema: connection.schema,
    tables,
    otherSchemas: schemas.map(({ name }) => name),
    hasKeys: tables.has('api_keys'),
    hasEpoch: tables.has('api_key_epoch'),
    recorded: await readRecorded(connection),
  }
}

/** A host without Prisma's migrations has no such table, and not every user may read it. */
async function readRecorded(connection: DirectConnection): Promise<Catalog['recorded']> {
  const table = qualified('_prisma_migrations', connection.schema)
  const [{ isReadable } = { isReadable: false }] = await connection.query<{ isReadable: boolean }>(
    `SELECT coalesce(has_table_privilege(to_regclass($1), 'SELECT'), false) AS "isReadable"`,
    [table],
  )
  if (!isReadable) return new Map()
  const rows = await connection.query<RecordRow>(
    `SELECT "migration_name" AS "name", bool_or("finished_at" IS NOT NULL) AS "isApplied" FROM ${table}
     WHERE "rolled_back_at" IS NULL GROUP BY "migration_name"`,
  )
  return new Map(rows.map(({ name, isApplied }) => [name, isApplied ? 'applied' : 'failed']))
}
