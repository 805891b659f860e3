import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import pg from 'pg'
import { deferred } from '../../src/deferred.js'
import type { EpochStep } from '../../src/epoch.js'
import { createEpochListener } from '../../src/store/epoch-listener.js'
import { newHash } from '../store/epoch-of.js'
import { useDatabase } from '../support/database.js'

const database = useDatabase()

const migrations = fileURLToPath(new URL('../../prisma/migrations/', import.meta.url))
const migrationSql = readdirSync(migrations, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => readFileSync(`${migrations}/${name}/migration.sql`, 'utf8'))

/** A session in a new schema that has the tables, with a key of the given hash. */
async function openSchema(schema: string, keyHash: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const name = pg.escapeIdentifier(schema)
  await client.query(`CREATE SCHEMA ${name}; SET search_path = ${name}`)
  for (const sql of migrationSql) await client.query(sql)
  await client.query(
    `WITH t AS (INSERT INTO tenants (name) VALUES ('t') RETURNING id) INSERT INTO users (tenant_id, email) SELECT id, 'u' FROM t`,
  )
  await client.query(
    `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash)
     SELECT tenant_id, id, 'CI', 'ak_8fK2', $1 FROM users`,
    [keyHash],
  )
  return client
}

test.each(['keys', 'MyApp', 'Two "words"', 'x'.repeat(63), 'ä'.repeat(31)])(
  'a change in the schema %s is made, and heard by who listens there',
  async (schema) => {
    const keyHash = newHash()
    const client = await openSchema(schema, keyHash)
    const heard = deferred<EpochStep>()
    const listener = await createEpochListener(
      database.url,
      schema,
    )({
      onStep: heard.resolve,
      onOther: heard.reject,
      onLost: () => {},
    })

    const [step, reading] = await client
      .query('UPDATE api_keys SET revoked_at = now()')
      .then(() => Promise.all([heard.promise, listener.readEpoch()]))
      .finally(() => Promise.all([client.end(), listener.close()]))

    expect(step.keyHashes).toEqual([keyHash])
    expect(step.stamp).toBe(reading.stamp)
  },
)
