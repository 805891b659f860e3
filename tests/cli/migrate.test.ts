import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { structure } from '../../src/store/structure.js'
import { commandLine } from '../support/command-line.js'
import { type EmptyDatabase, openEmptyDatabase } from '../support/empty-database.js'
import { copyHost } from '../support/init-project.js'
import { runFolder } from '../support/run-folder.js'

const migrations = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))
const names = structure.map(({ migration }) => migration)

async function open() {
  const database = await openEmptyDatabase()
  return { database, run: commandLine(() => database.url) }
}

/** As if the epoch's migration had never run. */
async function removeEpoch({ query }: EmptyDatabase): Promise<void> {
  for (const table of ['api_keys', 'tenants', 'users']) {
    await query(`DROP TRIGGER api_key_epoch_on_update ON ${table}`)
  }
  await query('DROP TRIGGER api_key_epoch_on_delete ON api_keys')
  await query('DROP TRIGGER api_key_epoch_on_truncate ON api_keys')
  await query('DROP TABLE api_key_epoch CASCADE')
}

/** A project whose `prisma` is this program. */
function projectWithPrisma(version: string, program: string): string {
  const project = join(runFolder(), `project-${version}-${program.length}`)
  const prisma = join(project, 'node_modules/prisma')
  mkdirSync(prisma, { recursive: true })
  writeFileSync(
    join(prisma, 'package.json'),
    JSON.stringify({ name: 'prisma', version, bin: { prisma: 'index.js' } }),
  )
  writeFileSync(join(prisma, 'index.js'), program)
  return project
}

describe('migrate', () => {
  test('makes the tables, which doctor then finds well, and a second time does nothing', async () => {
    const { run } = await open()

    const first = await run(['migrate'])
    const doctor = await run(['doctor'])
    const second = await run(['migrate'])

    const applied = names.map((name) => `applied ${name}\n`).join('')
    expect(first).toEqual({ exitCode: 0, stdout: applied, stderr: '' })
    expect(doctor.exitCode).toBe(0)
    expect(second).toEqual({
      exitCode: 0,
      stdout: 'Nothing to apply: every migration is in place.\n',
      stderr: '',
    })
  }, 60_000)

  test('tells as JSON what it applied', async () => {
    const { run } = await open()

    const { stdout } = await run(['migrate', '--json'])

    expect(JSON.parse(stdout)).toEqual({ applied: names })
  })

  test('refuses, and changes nothing, where a host has tables of these names', async () => {
    const { database, run } = await open()
    await database.query('CREATE TABLE tenants (id uuid PRIMARY KEY)')

    const { exitCode, stdout, stderr } = await run(['migrate'])

    const tables = await database.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' })
    expect(stderr).toMatch(
      /^This database has tenants and users of your own: run "npx express-api-keys init"/,
    )
    expect(tables).toEqual([{ tablename: 'tenants' }])
  })

  test('refuses in a project with a migration that init has written, which is to be deployed', async () => {
    const { database } = await open()
    const project = await copyHost('uuid-in-one-file', database.url)
    await project.run('init', '--write')

    const { exitCode, stderr } = await project.run('migrate')

    const tables = await database.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
    project.remove()
    expect([exitCode, stderr]).toEqual([
      4,
      'This project has a migration that makes these tables: run "npx prisma migrate deploy".\n',
    ])
    expect(tables).toEqual([])
  }, 60_000)

  test('refuses where a host has applied a part of them as its own', async () => {
    const { database, run } = await open()
    const [first = '', ...later] = names
    await database.query(readFileSync(join(migrations, first, 'migration.sql'), 'utf8'))

    const { exitCode, stderr } = await run(['migrate'])

    expect(exitCode).toBe(4)
    expect(stderr).toContain(`take ${later.join(', ')} into them too`)
  })

  test('refuses after a failed migration, and says how to go on', async () => {
    const { database, run } = await open()
    await run(['migrate'])
    await removeEpoch(database)
    await database.query(
      `UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name LIKE '%api_key_epoch'`,
    )

    const { exitCode, stderr } = await run(['migrate'])

    expect(exitCode).toBe(4)
    expect(stderr).toMatch(/^The migration 20261123010000_api_key_epoch failed earlier: .*--rolled-back /)
  }, 60_000)

  test('sends you to doctor where a part of what it applied is gone', async () => {
    const { database, run } = await open()
    await run(['migrate'])
    await database.query('DROP TRIGGER api_keys_refuse_forbidden_update ON api_keys')

    const { exitCode, stderr } = await run(['migrate'])

    expect(exitCode).toBe(4)
    expect(stderr).toBe(
      'The migration 20261123000000_api_keys is not whole: run "npx express-api-keys doctor" to see what is missing.\n',
    )
  }, 60_000)

  test('beside the migrations of another project asks first, and then tells to copy these', async () => {
    const { database, run } = await open()
    await database.query(`CREATE TABLE _prisma_migrations (
      id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
      migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
      started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`)
    await database.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
      VALUES ('1', '1', '20200101000000_theirs', now())`)

    const asked = await run(['migrate'])
    const tables = await database.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
    const doctor = await run(['doctor'])
    const { exitCode, stderr } = await run(['migrate', '--yes'])

    expect(asked).toMatchObject({ exitCode: 4, stdout: '' })
    expect(asked.stderr).toMatch(/^The schema "public" has the migrations of another project\. .*--yes/)
    expect(tables).toEqual([{ tablename: '_prisma_migrations' }])
    expect(doctor.stdout).toContain(
      'to mend it: npx prisma migrate deploy; before it npx express-api-keys init',
    )
    expect(doctor.stdout).not.toContain('express-api-keys migrate')
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(
      /^This database has migrations of another project too: .* copy their folders there\.\n$/,
    )
  }, 60_000)

  test('refuses to make a second set of tables beside those of another schema', async () => {
    const { database, run } = await open()
    await run(['migrate'])
    const url = new URL(database.url)
    url.searchParams.set('schema', 'shop')

    const { exitCode, stderr } = await run(['migrate'], { env: { DATABASE_URL: url.href } })

    expect(exitCode).toBe(4)
    expect(stderr).toMatch(/^The tables stand in the schema "public": .*\?schema=public, or .*--yes/)
  }, 60_000)

  test('uses the prisma of the project that it runs in, and says when that is too old', async () => {
    const { run } = await open()

    const { exitCode, stderr } = await run(['migrate'], { cwd: projectWithPrisma('6.19.0', '') })

    expect(exitCode).toBe(2)
    expect(stderr).toBe('The prisma CLI here is of version 6.19.0: 7 or later is needed.\n')
  })

  test('tells the code of a failure of Prisma and how to see more, but not what it printed', async () => {
    const { run } = await open()
    const program = `console.error('Error: P3018 at ' + process.env.DATABASE_URL); process.exit(1)`

    const { exitCode, stdout, stderr } = await run(['migrate'], { cwd: projectWithPrisma('7.0.0', program) })

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(
      /^The prisma CLI failed with P3018: run "npx prisma migrate deploy --config \S+" to see why\.\n$/,
    )
  })
})
