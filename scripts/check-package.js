// Proves the tarball, not the checkout: installs it into an empty project and uses it there, on a database that
// its own migrations made. Usage: DATABASE_URL=... node scripts/check-package.js TARBALL [--totals FILE]
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import pg from 'pg'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals } = parseArgs({ allowPositionals: true, options: { totals: { type: 'string' } } })
if (positionals.length !== 1 || !process.env.DATABASE_URL) {
  console.error('Usage: DATABASE_URL=... node scripts/check-package.js TARBALL [--totals FILE]')
  process.exit(2)
}
const tarball = resolve(positionals[0])
const {
  bin,
  devDependencies,
  exports: entries,
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const COMMAND = 'express-api-keys'
const project = mkdtempSync(join(tmpdir(), 'express-api-keys-package-'))
const database = new URL(process.env.DATABASE_URL)
database.pathname = `/package_${randomUUID().replaceAll('-', '')}`

const totals = { passed: 0, failed: 0 }

async function check(sentence, prove) {
  try {
    await prove()
    totals.passed += 1
    console.log(`passed: ${sentence}`)
  } catch (error) {
    totals.failed += 1
    console.log(`failed: ${sentence}\n${error.message}\n${error.stdout ?? ''}`)
  }
}

/** Runs a program in the project; throws with what it printed, also when it does not end. */
async function run(program, ...args) {
  const engine = join(root, 'scripts/schema-engine.js')
  const env = { ...process.env, DATABASE_URL: database.href, PRISMA_SCHEMA_ENGINE_BINARY: engine }
  const { stdout } = await promisify(execFile)(program, args, { cwd: project, env, timeout: 180_000 })
  return stdout
}

const npmInstall = (...packages) => run('npm', 'install', '--no-audit', '--no-fund', ...packages)
const pinned = (name) => `${name}@${devDependencies[name]}`

async function onServer(connectionString, statement) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

async function checkFiles() {
  const listed = await promisify(execFile)('tar', ['-tzf', tarball])
  const files = listed.stdout
    .trim()
    .split('\n')
    .map((file) => file.replace(/^package\//, ''))
  const required = [
    ...Object.values(entries)
      .filter((entry) => typeof entry === 'object')
      .flatMap((entry) => Object.values(entry))
      .map((file) => file.replace(/^\.\//, '')),
    ...Object.values(bin),
    ...[
      'prisma/schema.prisma',
      'prisma/existing-app.sql',
      'prisma/existing-app-tables.sql',
      'prisma/prisma.config.mjs',
    ],
    ...['prisma/migrations/migration_lock.toml', 'package.json'],
    ...['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md'],
  ]
  for (const file of required) {
    await check(`the tarball holds ${file}`, () => assert.ok(files.includes(file)))
  }
  await check('the tarball holds nothing that a user has no use for', () => {
    const wanted = /^dist\/.+\.(js|d\.ts)$|^docs\/.+\.md$|^prisma\/migrations\/\d{14}_\w+\/migration\.sql$/
    assert.deepEqual(
      files.filter((file) => !wanted.test(file) && !required.includes(file)),
      [],
    )
  })
}

async function checkInstall() {
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  await check('it installs into an empty project, beside Express', () =>
    npmInstall(tarball, pinned('express')),
  )
  await check('without the prisma CLI, migrate says what to install', () =>
    assert.rejects(run('npx', COMMAND, 'migrate'), /The prisma CLI is not installed here: run "npm install/),
  )
  await check('the prisma CLI can be added', () => npmInstall('--ignore-scripts', pinned('prisma')))
  await check('the migrations it ships make its tables', () => run('npx', COMMAND, 'migrate'))
}

async function checkCommandLine() {
  const [tenantId, userId] = [randomUUID(), randomUUID()]
  const owner = ['--tenant', tenantId, '--user', userId]
  await check('its command line tells its verbs', async () => {
    assert.match(await run('npx', COMMAND, '--help'), /^Usage: express-api-keys/)
  })
  await check('its command line issues a key', async () => {
    const email = `${userId}@example.test`
    await onServer(database.href, `INSERT INTO tenants (id, name) VALUES ('${tenantId}', 'CLI')`)
    await onServer(
      database.href,
      `INSERT INTO users (id, tenant_id, email) VALUES ('${userId}', '${tenantId}', '${email}')`,
    )
    assert.match(await run('npx', COMMAND, 'issue', ...owner, '--name', 'packed'), /^ak_[0-9A-Za-z]{49}\n$/)
  })
  await check('its command line lists that key', async () => {
    const { apiKeys } = JSON.parse(await run('npx', COMMAND, 'list', '--tenant', tenantId, '--json'))
    assert.deepEqual(
      apiKeys.map(({ name }) => name),
      ['packed'],
    )
  })
  await check('its doctor finds the database well', async () => {
    const { findings } = JSON.parse(await run('npx', COMMAND, 'doctor', '--json'))
    assert.deepEqual(
      findings.filter(({ status }) => status === 'fail'),
      [],
    )
  })
}

async function checkRequests() {
  for (const [manner, file] of Object.entries({ import: 'app.mjs', require: 'app.cjs' })) {
    let seen = {}
    await check(`an app that loads it with ${manner} answers requests, and ends`, async () => {
      seen = JSON.parse(await run(process.execPath, file))
    })
    const answers = {
      ...{ withKey: 200, ofItsTenant: true, withoutKey: 401, withoutScope: 403 },
      ...{ issuedByRouter: 201, withIssuedKey: 200, describedPaths: 6 },
    }
    const sentences = {
      withKey: 'a request with a key gets 200',
      ofItsTenant: "that request is its tenant's",
      withoutKey: 'a request without a key gets 401',
      withoutScope: 'a request without the scope gets 403',
      issuedByRouter: 'its router issues a key',
      withIssuedKey: 'a request with that key gets 200',
      describedPaths: 'its OpenAPI document describes every path of the router',
    }
    for (const [name, answer] of Object.entries(answers)) {
      await check(`with ${manner}, ${sentences[name]}`, () => assert.equal(seen[name], answer))
    }
  }
}

async function checkOpenTelemetry() {
  const loading =
    "const { openTelemetry } = await import('express-api-keys/otel'); console.log(typeof openTelemetry)"
  const load = () => run(process.execPath, '--input-type=module', '--eval', loading)
  await check('without the API of OpenTelemetry, only its subpath does not load', () =>
    assert.rejects(load(), /Cannot find package '@opentelemetry\/api'/),
  )
  await check('the API of OpenTelemetry can be added', () => npmInstall(pinned('@opentelemetry/api')))
  await check('beside it, the subpath loads', async () => assert.equal(await load(), 'function\n'))
}

async function checkTypes() {
  const tools = ['typescript', '@types/express', '@types/node'].map(pinned)
  await check('a TypeScript project can add its tools', () => npmInstall('--save-dev', ...tools))
  for (const file of ['consumer.mts', 'consumer.cts']) {
    await check(`its types compile, libraries checked too, in a ${file.slice(-4)} file`, () =>
      run(
        process.execPath,
        'node_modules/typescript/bin/tsc',
        ...['--strict', '--module', 'nodenext', '--target', 'es2023', '--skipLibCheck', 'false'],
        ...['--noEmit', file],
      ),
    )
  }
}

try {
  const sources = join(root, 'tests/package')
  cpSync(sources, project, { recursive: true })
  for (const kind of ['mts', 'cts']) cpSync(join(sources, 'consumer.ts'), join(project, `consumer.${kind}`))
  await onServer(process.env.DATABASE_URL, `CREATE DATABASE ${database.pathname.slice(1)}`)
  await checkFiles()
  await checkInstall()
  await checkCommandLine()
  await checkRequests()
  await checkOpenTelemetry()
  await checkTypes()
} finally {
  await onServer(
    process.env.DATABASE_URL,
    `DROP DATABASE IF EXISTS ${database.pathname.slice(1)} WITH (FORCE)`,
  )
  rmSync(project, { recursive: true, force: true })
}
if (values.totals) {
  // In the shape of Jest's, so that one reader sums both.
  const { passed: numPassedTests, failed: numFailedTests } = totals
  const none = { numRuntimeErrorTestSuites: 0, numPendingTests: 0, numTodoTests: 0 }
  writeFileSync(values.totals, JSON.stringify({ numPassedTests, numFailedTests, ...none }))
}
console.log(`${totals.passed} checks of the package passed and ${totals.failed} failed.`)
process.exit(totals.failed > 0 ? 1 : 0)
