import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { commandLine } from '../support/command-line.js'
import { runFolder } from '../support/run-folder.js'

const commands = commandLine(() => '')

const head = 'generator client {\n  provider = "prisma-client"\n  output = "../generated"\n}\n\n'
const postgres = 'datasource db {\n  provider = "postgresql"\n}\n\n'
const organization = 'model Organization {\n  id Int @id\n  accounts Account[]\n}\n'
const account = `model Account {
  id Int @id
  organizationId Int
  organization Organization @relation(fields: [organizationId], references: [id])
}
`

/** A project of these models; its schema as it is after a run. */
function project(models: string, { schema = 'prisma/schema.prisma', before = head + postgres } = {}) {
  const folder = mkdtempSync(join(runFolder(), 'init-'))
  const path = join(folder, schema)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, before + models)
  return {
    folder,
    run: (...args: string[]) => commands(['init', ...args], { cwd: folder }),
    schema: () => readFileSync(path, 'utf8'),
    files: () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted(),
    migration: () => {
      const name = readdirSync(join(folder, 'prisma/migrations')).find((entry) => entry.endsWith('_api_keys'))
      return readFileSync(join(folder, 'prisma/migrations', String(name), 'migration.sql'), 'utf8')
    },
  }
}

describe('init', () => {
  test('shows what it would add, and writes nothing unless it is told to', async () => {
    const { run, schema, files } = project(organization + account)
    const before = [schema(), files()]

    const { exitCode, stdout, stderr } = await run()

    expect(exitCode).toBe(0)
    expect(stdout).toContain('changed file prisma/schema.prisma')
    expect(stdout).toContain('+   apiKeyEvents ApiKeyEvent[]')
    expect(stdout).toMatch(/new file prisma\/migrations\/\d{14}_api_keys\/migration\.sql/)
    expect(stderr).toBe(
      'Tenants: Organization. Users: Account.\n' +
        'No migration here makes "Organization" and "Account". If "prisma migrate dev" is to make it, run that first: migrations are applied in the order of their names.\n' +
        'Nothing was written. To write it, run this again with --write.\n',
    )
    expect([schema(), files()]).toEqual(before)
  })

  test.each([
    [
      'lacks a variable of the environment',
      "import { defineConfig, env } from 'prisma/config'\nexport default defineConfig({ datasource: { url: env('SHOP_URL') } })",
      'needs the environment variable SHOP_URL: set it,',
    ],
    ['is no program', '{{{', 'cannot be loaded: "npx prisma validate" says why. Mend it,'],
  ])('says what to do where the Prisma config %s', async (_, config, mend) => {
    const { run, folder } = project(organization + account)
    symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'prisma.config.ts'), config)

    const { exitCode, stdout, stderr } = await run()

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toBe(`The Prisma config here ${mend} or name the places with --schema and --migrations.\n`)
  })

  test('leaves every line of the schema as it was, and adds to it', async () => {
    const strange = '// model Organization { is a comment\n/// kept\nmodel Odd {\n\tid   Int @id // tabs\n}\n'
    const { run, schema } = project(strange + organization + account)
    const before = schema().trimEnd().split('\n')

    await run('--write')

    const after = schema().split('\n')
    expect(before.filter((line) => !after.includes(line))).toEqual([])
    expect(after.slice(0, before.indexOf('  accounts Account[]') + 1)).toEqual(
      before.slice(0, before.indexOf('  accounts Account[]') + 1),
    )
  })

  test('run again adds nothing', async () => {
    const { run, schema, files } = project(organization + account)
    await run('--write')
    const before = [schema(), files()]

    const { exitCode, stdout } = await run('--write')

    const told = await run('--write', '--tenant', 'Somebody')

    const nothing = 'Nothing to add: the models and their migration are there.'
    expect([exitCode, stdout]).toEqual([0, `${nothing}\n`])
    expect(told.stdout).toBe(`${nothing} What you say of tenants and users changes nothing of that.\n`)
    expect([schema(), files()]).toEqual(before)
  })

  test('adds the migration alone to models that stand there already', async () => {
    const first = project(organization + account)
    await first.run('--write')
    const { run, schema, migration } = project('', { before: first.schema() })
    const before = schema()

    await run('--write')

    expect(schema()).toBe(before)
    expect(migration()).toBe(first.migration())
  })

  test('tells as JSON what it has written', async () => {
    const { run } = project(organization + account)

    const { stdout } = await run('--json', '--write')

    const { isWritten, changes } = JSON.parse(stdout)
    expect(isWritten).toBe(true)
    expect(changes.map(({ isNew }: { isNew: boolean }) => isNew)).toEqual([false, true, true])
  })

  test('takes tables that a migration makes for made', async () => {
    const { run, folder } = project(organization + account)
    mkdirSync(join(folder, 'prisma/migrations/20260101000000_shop'), { recursive: true })
    writeFileSync(
      join(folder, 'prisma/migrations/20260101000000_shop/migration.sql'),
      'CREATE TABLE "Organization" (id int);\nCREATE TABLE "Account" (id int);\n',
    )

    const { stderr } = await run()

    expect(stderr).not.toContain('No migration here makes')
  })

  test('comes after every migration there is', async () => {
    const { run, folder, files } = project(organization + account)
    mkdirSync(join(folder, 'prisma/migrations/29990101000000_later'), { recursive: true })
    writeFileSync(join(folder, 'prisma/migrations/29990101000000_later/migration.sql'), '')

    await run('--write')

    expect(files()).toContain('prisma/migrations/29990101000001_api_keys')
  })

  test.each<[what: string, models: string, flags: string[], expected: RegExp]>([
    ['a text', 'id String @id', [], /"tenant_id" TEXT NOT NULL/],
    ['a short text', 'id String @id @db.VarChar(30)', [], /"tenant_id" VARCHAR\(30\) NOT NULL/],
    ['a uuid', 'id String @id @db.Uuid', [], /"tenant_id" UUID NOT NULL/],
    ['a number', 'id Int @id', [], /"tenant_id" INTEGER NOT NULL/],
    ['a small number', 'id Int @id @db.SmallInt', [], /"tenant_id" SMALLINT NOT NULL/],
    ['a large number', 'id BigInt @id', [], /"tenant_id" BIGINT NOT NULL/],
    ['a column of another name', 'no Int @id @map("user_no")', [], /REFERENCES "User"\("user_no"\)/],
    ['a table of another name', 'id Int @id\n  @@map("Müller & co.")', [], /users = 'Müller & co\.'/],
  ])('takes over %s', async (_, fields, flags, expected) => {
    const { run, migration } = project(`model User {\n  ${fields}\n}\n`)

    await run('--no-tenant', '--write', ...flags)

    expect(migration()).toMatch(expected)
  })

  test.each<[what: string, models: string, flags: string[], sentence: string]>([
    [
      'no model of users',
      organization.replace(/.*Account.*\n/, ''),
      [],
      'No model looks like that of your users: name it with --user, or say --no-user. The models are Organization.',
    ],
    [
      'two models of users',
      `${organization}${account}model Member {\n  id Int @id\n}\n`,
      [],
      'Your users may be Account or Member: name it with --user, or say --no-user.',
    ],
    [
      'a model that is not there',
      organization + account,
      ['--user', 'Person'],
      'There is no model Person. The models are Organization, Account.',
    ],
    [
      'users without a tenant',
      'model Organization {\n  id Int @id\n}\nmodel User {\n  id Int @id\n}\n',
      [],
      'The model User has no relation to one Organization: keys are for a user of one tenant. Say --no-tenant, and each User has keys; or --no-user, and each Organization has.',
    ],
    [
      'neither tenants nor users',
      organization + account,
      ['--no-tenant', '--no-user'],
      'Somebody has to own the keys: leave out --no-tenant or --no-user.',
    ],
    [
      'an id of two fields',
      'model User {\n  a Int\n  b Int\n  @@id([a, b])\n}\n',
      ['--no-tenant'],
      'The model User has no single @id field, which a key could reference.',
    ],
    [
      'an id of another kind',
      'model User {\n  id DateTime @id\n}\n',
      ['--no-tenant'],
      'The id of User is of the type DateTime: String, Int and BigInt are known.',
    ],
    [
      'a model ApiKey of its own',
      `${organization}${account}model ApiKey {\n  id Int @id\n}\n`,
      [],
      'The schema has a model ApiKey of its own: rename that one (with @@map it keeps its table), for this is the name that the package goes by.',
    ],
    [
      'a model with a table that the package needs',
      `${organization}${account}model OldKey {\n  id Int @id\n  @@map("api_keys")\n}\n`,
      [],
      'The table api_keys is that of your model OldKey, and the package needs the name: give yours another one, in its @@map and by a migration with ALTER TABLE ... RENAME TO, then run this again.',
    ],
    [
      'a field that is not there',
      organization + account,
      ['--tenant-of-user', 'orgId'],
      'The model Account has no column orgId.',
    ],
    ['a schema that is not there', '', ['--schema', 'x.prisma'], 'There is no Prisma schema at x.prisma.'],
  ])('refuses %s with a sentence, and writes nothing', async (_, models, flags, sentence) => {
    const { run, files } = project(models)
    const before = files()

    const { exitCode, stdout, stderr } = await run('--write', ...flags)

    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: `${sentence}\n` })
    expect(files()).toEqual(before)
  })

  const mapped = ({ table = 'tenants', id = 'id', tenantId = 'tenant_id' }) => `model Tenant {
  id Int @id @map(${JSON.stringify(id)})
  users User[]
  @@map(${JSON.stringify(table)})
}
model User {
  id Int @id
  tenantId Int @map(${JSON.stringify(tenantId)})
  tenant Tenant @relation(fields: [tenantId], references: [id])
}
`

  test.each<[what: string, models: string, place: string]>([
    [
      'a table that ends a text and drops another one',
      mapped({ table: "t',TG_TABLE_SCHEMA);END$$;DROP TABLE victim;/*" }),
      'The table of the model Tenant',
    ],
    ['a column that ends a function', mapped({ tenantId: 'c*/SELECT $$' }), 'The column of User.tenantId'],
    ['a column of ids with a quote', mapped({ id: "id'" }), 'The column of Tenant.id'],
    ['a table with a percent sign', mapped({ table: '100% tenants' }), 'The table of the model Tenant'],
    ['a table with a double quote', mapped({ table: 'ten"ants' }), 'The table of the model Tenant'],
    ['a table with a backslash', mapped({ table: 'ten\\ants' }), 'The table of the model Tenant'],
    ['a table that is a placeholder', mapped({ table: '<users>' }), 'The table of the model Tenant'],
    ['a table with a line break', mapped({ table: 'ten\nants' }), 'The table of the model Tenant'],
  ])('refuses %s, and writes nothing', async (_, models, place) => {
    const { run, files } = project(models)
    const before = files()

    const { exitCode, stdout, stderr } = await run('--write')

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toBe(
      `${place} has a name with one of $ ' " % \\ < > or a control character, which cannot stand in the triggers of keys: rename it in the database and in the schema.\n`,
    )
    expect(files()).toEqual(before)
  })

  test('asks which field leads to the tenant where several do', async () => {
    const two = account.replace(
      '}',
      '  founded Organization? @relation("F", fields: [foundedId], references: [id])\n  foundedId Int?\n}',
    )
    const { run, migration } = project(
      organization.replace('}', '  founders Account[] @relation("F")\n}') + two,
    )

    const { stderr } = await run('--write')
    await run('--write', '--tenant-of-user', 'organizationId')

    expect(stderr).toContain('choose one with --tenant-of-user organizationId or foundedId.')
    expect(migration()).toContain(`users_tenant_id = 'organizationId'`)
  })

  test('says what Prisma says of a schema that it cannot read', async () => {
    const { run } = project('model Organization {')

    const { exitCode, stderr } = await run()

    expect(exitCode).toBe(2)
    expect(stderr).toContain('Prisma cannot read the schema:\n')
    expect(stderr).toContain('schema.prisma:10')
  })

  test('refuses a schema that is no UTF-8, of which it would write other bytes than it read', async () => {
    const { run, folder, files } = project('')
    const path = join(folder, 'prisma/schema.prisma')
    const bytes = Buffer.from(`${head}${postgres}// caf\xe9\n${organization}${account}`, 'latin1')
    writeFileSync(path, bytes)
    const before = files()

    const { exitCode, stdout, stderr } = await run('--write')

    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'The schema prisma/schema.prisma is not encoded in UTF-8: save it so, and run this again.\n',
    })
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(files()).toEqual(before)
  })

  test.each<[what: string, models: string, folder: string]>([
    [
      'a comment beside what is added',
      `${account}${organization.replace('}', '// \u001b]0;owned\u0007\n}')}`,
      'prisma',
    ],
    ['a line that Prisma cannot read', `${organization}${account}\u001b]0;owned\u0007\n`, 'prisma'],
    ['the name of a file', organization + account, 'pri\u001b]0;owned\u0007sma'],
  ])('sends the terminal nothing to obey that stands in %s', async (_, models, folder) => {
    const schema = `${folder}/schema.prisma`
    const { run } = project(models, { schema })

    const { stdout, stderr } = await run('--schema', schema)

    expect(stdout + stderr).toContain('\\u{1b}]0;owned\\u{7}')
    expect(stdout + stderr).not.toMatch(/(?![\n\t])\p{Cc}/u)
  })

  test('writes out what turns the direction of writing in the name of a table that no migration makes', async () => {
    const { run } = project(mapped({ table: 'ten\u202eants' }))

    const { stderr } = await run()

    expect(stderr).toContain('No migration here makes "ten\\u{202e}ants" and "User".')
  })

  test('shows the lines of a schema with tabs and carriage returns as they are on a screen', async () => {
    const { run } = project((organization + account).replaceAll('  ', '\t').replaceAll('\n', '\r\n'))

    const { stdout } = await run()

    expect(stdout).toContain('\n  \taccounts Account[]\n')
    expect(stdout).not.toContain('\\u{')
  })

  test('refuses another database than PostgreSQL', async () => {
    const { run } = project(organization + account, {
      before: head + postgres.replace('postgresql', 'mysql'),
    })

    const { exitCode, stderr } = await run()

    expect([exitCode, stderr]).toEqual([
      2,
      'The schema has no datasource of the provider "postgresql", which is what API keys are kept in.\n',
    ])
  })
})
