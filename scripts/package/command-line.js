import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { pinned } from './checkout.js'

const COMMAND = 'express-api-keys'

export async function checkMigrations({ check }, project) {
  await check('without the prisma CLI, migrate says what to install', () =>
    assert.rejects(
      project.run('npx', COMMAND, 'migrate'),
      /The prisma CLI is not installed here: run "npm install/,
    ),
  )
  await check('the prisma CLI can be added', () => project.install('--ignore-scripts', pinned('prisma')))
  await check('the migrations it ships make its tables', () => project.run('npx', COMMAND, 'migrate'))
}

export async function checkCommandLine({ check }, project, database) {
  const [tenantId, userId] = [randomUUID(), randomUUID()]
  const owner = ['--tenant', tenantId, '--user', userId]
  const ask = (...args) => project.run('npx', COMMAND, ...args)
  await check('its command line tells its verbs', async () => {
    assert.match(await ask('--help'), /^Usage: express-api-keys/)
  })
  await check('its command line issues a key', async () => {
    const user = [userId, tenantId, `${userId}@example.test`]
    await database.query('INSERT INTO tenants (id, name) VALUES ($1, $2)', [tenantId, 'CLI'])
    await database.query('INSERT INTO users (id, tenant_id, email) VALUES ($1, $2, $3)', user)
    assert.match(await ask('issue', ...owner, '--name', 'packed'), /^ak_[0-9A-Za-z]{49}\n$/)
  })
  await check('its command line lists that key', async () => {
    const { apiKeys } = JSON.parse(await ask('list', '--tenant', tenantId, '--json'))
    assert.deepEqual(
      apiKeys.map(({ name }) => name),
      ['packed'],
    )
  })
  await check('its doctor finds the database well', async () => {
    const { findings } = JSON.parse(await ask('doctor', '--json'))
    assert.deepEqual(
      findings.filter(({ status }) => status === 'fail'),
      [],
    )
  })
}
