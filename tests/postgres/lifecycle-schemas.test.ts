import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import pg from 'pg'
import { addTenant, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

const migrations = fileURLToPath(new URL('../../prisma/migrations/', import.meta.url))
const migrationSql = readdirSync(migrations, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => readFileSync(`${migrations}/${name}/migration.sql`, 'utf8'))

/** A session in a new schema that has the tables, and the URL of it. */
async function openSchema(schema: string) {
  const session = new pg.Client({ connectionString: database.url })
  await session.connect()
  const name = pg.escapeIdentifier(schema)
  await session.query(`CREATE SCHEMA ${name}; SET search_path = ${name}`)
  for (const sql of migrationSql) await session.query(sql)
  const url = new URL(database.url)
  url.searchParams.set('schema', schema)
  return { session, url: url.href }
}

test.each(['keys', 'Two Words'])('a key lives its whole life in the schema %s', async (schema) => {
  const { session, url } = await openSchema(schema)
  const owner = await addTenant(async (sql, values) => (await session.query(sql, values)).rows)
  const keyring = openKeyring({ databaseUrl: url })
  const { tenantId } = owner

  const idempotency = { key: 'request 1', digest: 'body' }
  const first = await keyring.issue({ ...owner, name: 'CI', idempotency })
  const second = await keyring.rotate({
    tenantId,
    id: first.apiKey.id,
    graceMs: 60_000,
    graceFrom: 'first-use',
  })
  await keyring.update({ tenantId, id: second.apiKey.id, name: 'CD' })
  await keyring.authenticate(second.secret)
  await keyring.revoke({ tenantId, id: second.apiKey.id, family: true })
  const { pruned } = await keyring.prune({ tenantId, olderThanMs: 0 })
  const { events } = await keyring.events({ tenantId })
  await keyring.close()
  await session.end()

  expect(pruned).toBe(2)
  expect(events.map(({ type }) => type).sort()).toEqual([
    ...['issued', 'issued', 'pruned', 'pruned'],
    ...['revoked', 'revoked', 'rotated', 'updated'],
  ])
})
