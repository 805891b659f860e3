import { findProject } from '../init/find-project.js'

/** What begins a migration that `init` has written, or a person from the same template. */
const SETTING = 'SET express_api_keys.'

/** Whether the Prisma project of a folder has a migration of its own that makes the tables of keys. */
export async function makesTablesHere(folder: string): Promise<boolean> {
  const project = await findProject(folder, { schema: undefined, migrations: undefined }).catch(() => null)
  return project?.migrations.some(({ sql }) => sql.includes(SETTING)) ?? false
}
