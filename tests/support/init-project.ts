import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { commandLine, type Ended } from './command-line.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const hosts = join(root, 'tests', 'package', 'hosts')

export const hostNames = readdirSync(hosts)

/** A project of somebody else's with a Prisma schema, in a folder of its own. */
export interface InitProject {
  readonly folder: string
  /** Its files by their names, without what is generated. */
  files(): ReadonlyMap<string, string>
  /** `express-api-keys ARGS` in its folder. */
  run(...args: string[]): Promise<Ended>
  /** `prisma ARGS`, on its own schema; answers what was printed. */
  prisma(...args: string[]): Promise<string>
  /** What the compiler has to say. */
  complaints(): Promise<string>
  remove(): void
}

/** Copies a host, and makes the migration that made its own tables, as it had before it met this package. */
export async function copyHost(name: string, databaseUrl: string): Promise<InitProject> {
  // Inside the checkout, so that it finds what a host would have installed.
  const folder = join(root, 'tests', `.host-project-${name}-${process.pid}`)
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(hosts, name), folder, { recursive: true })
  const schema = readdirSync(join(folder, 'prisma')).includes('schema')
    ? 'prisma/schema'
    : 'prisma/schema.prisma'
  const config = { schema, migrations: { path: 'prisma/migrations' } }
  writeFileSync(
    join(folder, 'prisma.config.mjs'),
    `export default { ...${JSON.stringify(config)}, datasource: { url: process.env.DATABASE_URL } }\n`,
  )
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { paths: { 'express-api-keys': ['../../dist/index.d.ts'] }, skipLibCheck: true },
      include: ['app.ts'],
    }),
  )
  const execute = promisify(execFile)
  const prisma = async (...args: string[]) => {
    const env = { ...process.env, DATABASE_URL: databaseUrl }
    const program = join(root, 'scripts/prisma.js')
    return (await execute(process.execPath, [program, ...args], { cwd: folder, env })).stdout
  }
  const earlier = await prisma('migrate', 'diff', '--from-empty', '--to-schema', schema, '--script')
  if (earlier.includes('CREATE')) {
    mkdirSync(join(folder, 'prisma/migrations/20260101000000_shop'), { recursive: true })
    writeFileSync(join(folder, 'prisma/migrations/20260101000000_shop/migration.sql'), earlier)
  }
  const commands = commandLine(() => databaseUrl)
  return {
    folder,
    files: () =>
      new Map(
        readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((path) => /\.(?:prisma|sql|toml)$/.test(path))
          .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
      ),
    run: (...args) => commands(args, { cwd: folder }),
    prisma,
    async complaints() {
      const compiler = join(root, 'node_modules/typescript/bin/tsc')
      return execute(process.execPath, [compiler, '-p', folder]).then(
        () => '',
        (error) => String(error.stdout),
      )
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
