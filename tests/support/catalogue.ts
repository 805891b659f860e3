/** Runs a query and answers its rows. */
type Query = (sql: string) => Promise<Record<string, unknown>[]>

const ours = `SELECT "oid" FROM pg_class WHERE "relname" LIKE 'api\\_key%' AND "relkind" = 'r'
  AND "relnamespace" = 'public'::regnamespace`

const questions = {
  functions: `SELECT "proname", pg_get_functiondef("oid") AS "definition", "proacl"::text FROM pg_proc
    WHERE "pronamespace" = 'public'::regnamespace`,
  triggers: `SELECT pg_get_triggerdef("oid") AS "definition", "tgenabled" FROM pg_trigger WHERE NOT "tgisinternal"`,
  constraints: `SELECT "conrelid"::regclass::text AS "table", "conname", pg_get_constraintdef("oid") AS "definition"
    FROM pg_constraint WHERE "conrelid" IN (${ours})`,
  columns: `SELECT "table_name", "column_name", "data_type", "datetime_precision", "is_nullable", "column_default"
    FROM information_schema.columns WHERE "table_schema" = 'public' AND "table_name" LIKE 'api\\_key%'`,
  indexes: `SELECT "indexdef" FROM pg_indexes WHERE "schemaname" = 'public' AND "tablename" LIKE 'api\\_key%'`,
}

/** What a database holds of this package, one line a thing, in order. */
export async function catalogueOf(query: Query): Promise<Record<keyof typeof questions, string[]>> {
  const lines = async (sql: string) => (await query(sql)).map((row) => JSON.stringify(row)).sort()
  return {
    functions: await lines(questions.functions),
    triggers: await lines(questions.triggers),
    constraints: await lines(questions.constraints),
    columns: await lines(questions.columns),
    indexes: await lines(questions.indexes),
  }
}
