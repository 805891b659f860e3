import { type Catalog, readCatalog } from '../store/catalog.js'
import { compareStructure, type MigrationState } from '../store/compare-structure.js'
import { withDirectConnection } from '../store/direct-connection.js'

export type { MigrationState }

const QUERY_TIMEOUT_MS = 10_000

/** How the package's migrations stand in a database. */
export interface Installation {
  readonly migrations: readonly MigrationState[]
  readonly schema: string
  /** Other schemas of the database that have a table of keys. */
  readonly otherSchemas: readonly string[]
  /** Tables for tenants or users, whoever made them. */
  readonly ownersExist: boolean
  /** Whether the keys' tenants or users stand in tables of other names than the package's. */
  readonly ownersAreRenamed: boolean
  /** Migrations that Prisma noted and that are none of the package's. */
  readonly otherMigrations: number
}

/** Throws `store_unavailable` when the database cannot be reached. */
export function readInstallation(databaseUrl: string): Promise<Installation> {
  return withDirectConnection(databaseUrl, QUERY_TIMEOUT_MS, async (connection) =>
    installationOf(await readCatalog(connection)),
  )
}

export function installationOf(catalog: Catalog): Installation {
  const { schema, otherSchemas, tables, recorded } = catalog
  const migrations = compareStructure(catalog)
  const own = new Set(migrations.map(({ migration }) => migration))
  const owners = ['tenants', 'users'] as const
  return {
    migrations,
    schema,
    otherSchemas,
    ownersExist: owners.some((role) => tables.has(role)),
    ownersAreRenamed: owners.some((role) => (tables.get(role)?.bareName ?? role) !== role),
    otherMigrations: [...recorded.keys()].filter((name) => !own.has(name)).length,
  }
}
