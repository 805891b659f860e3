import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../', import.meta.url))
const shipped = (file: string) => readFileSync(join(root, 'prisma', file), 'utf8')

/** A project that had its own tables before it met this package, and has followed the README since. */
export interface HostProject {
  /** Where its generated client is. */
  readonly client: string
  /** What it appended to its migration. */
  readonly template: string
  /** Runs a script with `prisma db execute --file`. */
  execute(sql: string): Promise<void>
  /** A client of the same tables, generated from a changed schema: where it is. */
  clientOf(name: string, change: (schema: string) => string): Promise<string>
  /** What `prisma migrate dev` would still change. */
  remainingChanges(): Promise<string>
  remove(): void
}

const shop = (backRelations: { ofTenant: string; ofUser: string }) => `
generator client {
  provider            = "prisma-client"
  output              = "../generated"
  moduleFormat        = "esm"
  importFileExtension = "js"
}

datasource db {
  provider = "postgresql"
}

model Organization {
  id       String    @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  name     String
  accounts Account[]
  ${backRelations.ofTenant}

  @@map("organizations")
}

model Account {
  id           String       @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  tenantId     String       @map("organization_id") @db.Uuid
  email        String       @unique
  organization Organization @relation(fields: [tenantId], references: [id])
  ${backRelations.ofUser}

  @@map("accounts")
}
`

/** The models to copy, with the host's in place of `Tenant` and `User`. */
function copiedModels(): string {
  const models = [...shipped('schema.prisma').matchAll(/^model ApiKey.*?^}$/gms)].map(([model]) => model)
  return models
    .join('\n\n')
    .replace(/^(\s+tenant\s+)Tenant\b/gm, '$1Organization')
    .replace(/^(\s+user\s+)User\b/gm, '$1Account')
}

/** The other ends of the copied models' relations, as the package's own model has them. */
function backRelationsOf(model: 'Tenant' | 'User'): string {
  const [text = ''] = new RegExp(`^model ${model} .*?^}$`, 'ms').exec(shipped('schema.prisma')) ?? []
  return (text.match(/^\s+\w+\s+ApiKey\w*\[\].*$/gm) ?? []).join('\n')
}

/** The template, with the names at its top changed. */
function template(): string {
  return shipped('existing-app.sql')
    .replace(`tenants = 'tenants'`, `tenants = 'organizations'`)
    .replace(`users = 'users'`, `users = 'accounts'`)
    .replace(`users_tenant_id = 'tenant_id'`, `users_tenant_id = 'organization_id'`)
}

/** Makes the project, and its tables in an empty database. */
export async function createHostProject(databaseUrl: string): Promise<HostProject> {
  // Inside the checkout, so that the client finds what a host would have installed.
  const folder = join(root, 'tests', `.host-project-${process.pid}`)
  const inFolder = (...path: string[]) => join(folder, ...path)
  const prisma = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(root, 'scripts/prisma.js'), ...args, '--config', inFolder('prisma.config.mjs')],
      { env: { ...process.env, DATABASE_URL: databaseUrl } },
    )
    return stdout
  }
  const addMigration = (name: string, sql: string) => {
    mkdirSync(inFolder('prisma/migrations', name), { recursive: true })
    writeFileSync(inFolder('prisma/migrations', name, 'migration.sql'), sql)
  }
  const schema = inFolder('prisma/schema.prisma')
  const earlier = inFolder('prisma/earlier.prisma')

  mkdirSync(inFolder('prisma/migrations'), { recursive: true })
  writeFileSync(
    inFolder('prisma.config.mjs'),
    `export default ${JSON.stringify({ schema, migrations: { path: inFolder('prisma/migrations') } }).slice(0, -1)},
      datasource: { url: process.env.DATABASE_URL } }`,
  )
  writeFileSync(inFolder('prisma/migrations/migration_lock.toml'), 'provider = "postgresql"\n')
  writeFileSync(earlier, shop({ ofTenant: '', ofUser: '' }))
  const ends = { ofTenant: backRelationsOf('Tenant'), ofUser: backRelationsOf('User') }
  writeFileSync(schema, `${shop(ends)}\n${copiedModels()}\n`)

  // As `migrate dev --create-only` would, which insists on a person at a terminal.
  const diff = (...from: string[]) => ['migrate', 'diff', ...from, '--script']
  addMigration('20260101000000_shop', await prisma(...diff('--from-empty', '--to-schema', earlier)))
  const created = await prisma(...diff('--from-schema', earlier, '--to-schema', schema))
  addMigration('20260201000000_api_keys', `${created}\n${template()}`)
  await prisma('generate', '--no-hints')
  await prisma('migrate', 'deploy')

  return {
    client: inFolder('generated/client.ts'),
    template: template(),
    async execute(sql) {
      writeFileSync(inFolder('script.sql'), sql)
      await prisma('db', 'execute', '--file', inFolder('script.sql'))
    },
    async clientOf(name, change) {
      const changed = inFolder('prisma', `${name}.prisma`)
      const text = readFileSync(schema, 'utf8').replace('../generated', `../generated-${name}`)
      writeFileSync(changed, change(text))
      await prisma('generate', '--no-hints', '--schema', changed)
      return inFolder(`generated-${name}/client.ts`)
    },
    remainingChanges: () => prisma(...diff('--from-config-datasource', '--to-schema', schema)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
