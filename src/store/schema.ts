import pg from 'pg'

export const DEFAULT_SCHEMA = 'public'

/** Tables are always named with their schema: Prisma does so too, and a session's search_path cannot lead the two apart. */
export function qualified(table: string, schema: string): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`
}

/** Prisma's own parameter of a URL; PostgreSQL knows none of the kind. */
export function schemaOf(databaseUrl: string): string {
  return new URL(databaseUrl).searchParams.get('schema') || DEFAULT_SCHEMA
}
