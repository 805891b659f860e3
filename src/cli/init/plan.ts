import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { usageFailure } from '../failure.js'
import { ownMigrations } from '../package-files.js'
import { addFields } from './add-fields.js'
import type { FileChange } from './changes.js'
import type { Project } from './find-project.js'
import { type HostModel, readHostSchema, type SchemaFile } from './host-schema.js'
import { makesTables, migrationName, migrationSql } from './migration.js'
import { backRelations, keyModels, ownModels } from './models.js'
import { type AskedOwners, chooseOwners, type Owners } from './owners.js'

export interface Plan {
  readonly changes: readonly FileChange[]
  /** `null` where the package's own tenants and users are added. */
  readonly owners: Owners | null
  /** Tables that the new migration references, and that no migration makes. */
  readonly unmade: readonly string[]
}

/** Everything that has to be written, and that Prisma accepts it. Throws a usage failure. */
export function planInit(project: Project, asked: AskedOwners, nowMs: number): Plan {
  const models = readHostSchema(project.files)
  const existing = models.find(({ name }) => name === 'ApiKey')
  if (existing !== undefined) return planMigration(project, models, existing, asked, nowMs)
  if (models.length === 0) return planOwnModels(project)
  const owners = chooseOwners(models, asked)
  const added = keyModels(owners)
  requireFreeTables(models, added)
  const changes = schemaChanges(project, added, owners)
  // What Prisma would refuse is not even shown.
  readHostSchema(filesAfter(project, changes))
  return {
    owners,
    changes: [...changes, ...migrationChanges(project, owners, nowMs)],
    unmade: unmadeTables(project, owners),
  }
}

/** Prisma would say so too, of lines that are in no file yet. */
function requireFreeTables(models: readonly HostModel[], added: string): void {
  const wanted = new Set([...added.matchAll(/@@map\("(\w+)"\)/g)].map(([, table]) => table))
  const taken = models.find(({ table }) => wanted.has(table))
  if (taken === undefined) return
  throw usageFailure(
    `The table ${taken.table} is that of your model ${taken.name}, and the package needs the name: give yours another one, in its @@map and by a migration with ALTER TABLE ... RENAME TO, then run this again.`,
  )
}

/** The models stand there, from an earlier run or by hand: then only their migration may be missing. */
function planMigration(
  project: Project,
  models: readonly HostModel[],
  apiKey: HostModel,
  { tenantOfUser }: AskedOwners,
  nowMs: number,
): Plan {
  const relation = (name: string) => apiKey.fields.find((field) => field.name === name)?.type
  const [tenant, user] = [relation('tenant'), relation('user')]
  if (!apiKey.fields.some(({ name }) => name === 'keyHash') || tenant === undefined || user === undefined) {
    throw usageFailure(
      'The schema has a model ApiKey of its own: rename that one (with @@map it keeps its table), for this is the name that the package goes by.',
    )
  }
  const owners = ownersOf(models, { tenant, user, tenantOfUser })
  const isMade = project.migrations.some(({ sql }) => makesTables(sql))
  const changes = isMade ? [] : migrationChanges(project, owners, nowMs)
  return { owners, changes, unmade: unmadeTables(project, owners) }
}

function ownersOf(models: readonly HostModel[], asked: AskedOwners): Owners {
  return chooseOwners(models, asked.tenant === asked.user ? { ...asked, tenant: false } : asked)
}

/** Of a project without such migrations, the database may have been made otherwise. */
function unmadeTables({ migrations }: Project, { tenant, user }: Owners): readonly string[] {
  const tables = new Set([tenant.model.table, user.model.table])
  return [...tables].filter((table) => !migrations.some(({ sql }) => sql.includes(`CREATE TABLE "${table}"`)))
}

function planOwnModels(project: Project): Plan {
  const copied = readdirSync(ownMigrations, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:sql|toml)$/.test(name))
    .toSorted()
    .map((name) => ({
      path: join(project.migrationsFolder, name),
      before: null,
      after: readFileSync(join(ownMigrations, name), 'utf8'),
    }))
    .filter(({ path }) => !existsSync(path))
  const changes = schemaChanges(project, ownModels(), null)
  readHostSchema(filesAfter(project, changes))
  return { owners: null, changes: [...changes, ...copied], unmade: [] }
}

function schemaChanges(project: Project, models: string, owners: Owners | null): readonly FileChange[] {
  const relations = owners === null ? [] : backRelations(owners)
  const edited = project.files.map((file, at) => {
    const withFields = addFields(file, relations)
    const isHome = project.schemaFolder === null && at === 0
    return {
      path: file.path,
      before: file.text,
      after: isHome ? `${withFields.trimEnd()}\n\n${models}` : withFields,
    }
  })
  const changed = edited.filter(({ before, after }) => before !== after)
  if (project.schemaFolder === null) return changed
  const path = join(project.schemaFolder, 'api-keys.prisma')
  if (existsSync(path)) throw usageFailure(`There is a file ${path} without the model ApiKey: move it away.`)
  return [...changed, { path, before: null, after: models }]
}

function filesAfter({ files }: Project, changes: readonly FileChange[]): readonly SchemaFile[] {
  const after = new Map([
    ...files.map(({ path, text }) => [path, text] as const),
    ...changes.map((change) => [change.path, change.after] as const),
  ])
  return [...after].map(([path, text]) => ({ path, text }))
}

function migrationChanges(project: Project, owners: Owners, nowMs: number): readonly FileChange[] {
  const folder = project.migrationsFolder
  const lock = join(folder, 'migration_lock.toml')
  const locked = { path: lock, before: null, after: 'provider = "postgresql"\n' }
  const path = join(
    folder,
    migrationName(
      nowMs,
      project.migrations.map(({ name }) => name),
    ),
    'migration.sql',
  )
  return [{ path, before: null, after: migrationSql(owners) }, ...(existsSync(lock) ? [] : [locked])]
}
