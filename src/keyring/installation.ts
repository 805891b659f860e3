import { readCatalog } from '../store/catalog.js'
import { compareStructure, type MigrationState } from '../store/compare-structure.js'
import { withDirectConnection } from '../store/direct-connection.js'

export type { MigrationState }

const QUERY_TIMEOUT_MS = 10_000

/** How the package's migrations stand in a database. */
export interface Installation {
  readonly migrations: readonly MigrationState[]
  /** Tables for tenants or users, whoever made them. */
  readonly ownersExist: boolean
  /** Migrations that Prisma noted and that are none of the package's. */
  readonly otherMigrations: number
}

/** Throws `store_unavailable` when the database cannot be reached. */
export function readInstallation(databaseUrl: string): Promise<Installation> {
  return withDirectConnection(databaseUrl, QUERY_TIMEOUT_MS, async (connection) => {
    const catalog = await readCatalog(connection)
    const migrations = compareStructure(catalog)
    const own = new Set(migrations.map(({ migration }) => migration))
    return {
      migrations,
      ownersExist: catalog.tables.has('tenants') || catalog.tables.has('users'),
      otherMigrations: [...catalog.recorded.keys()].filter((name) => !own.has(name)).length,
    }
  })
}
