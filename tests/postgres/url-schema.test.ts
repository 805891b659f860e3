import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { commandLine } from '../support/command-line.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { outcomeOf, refusedAfterMs, untilHealth } from '../support/watched-keyring.js'

const database = useDatabase()
const BOUND_MS = 2_000

test.each(['app', 'My app'])(
  'migrations and keyring keep to the schema "%s" of the URL',
  async (schema) => {
    const url = new URL(database.url)
    url.searchParams.set('schema', schema)
    const env = { ...process.env, DATABASE_URL: url.href }
    await promisify(execFile)(process.execPath, ['scripts/prisma.js', 'migrate', 'deploy'], { env })
    const [{ id: tenantId } = {}] = await database.query(
      `INSERT INTO "${schema}".tenants (name) VALUES ('Acme') RETURNING id`,
    )
    const [{ id: userId } = {}] = await database.query(
      `INSERT INTO "${schema}".users (tenant_id, email) VALUES ($1, 'ann@example.com') RETURNING id`,
      [tenantId],
    )
    const keyring = openKeyring({ databaseUrl: url.href })
    const owner = { tenantId: String(tenantId), userId: String(userId) }
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI' })
    const health = await untilHealth(keyring, secret, { lease: 'fresh', feed: 'notify', cachedKeys: 1 })

    await database.query(`UPDATE "${schema}".api_keys SET revoked_at = now() WHERE id = $1`, [apiKey.id])
    const latency = await refusedAfterMs(keyring, secret, BOUND_MS + 1_000)

    expect(health).toMatchObject({ lease: 'fresh', feed: 'notify', cachedKeys: 1 })
    expect(latency).toBeLessThanOrEqual(BOUND_MS)
    expect(await outcomeOf(keyring, secret)).toBe('invalid_api_key')
  },
  60_000,
)

test('migrate makes a second set of tables, in the schema of the URL, when a person agrees', async () => {
  const url = new URL(database.url)
  url.searchParams.set('schema', 'second')
  const run = commandLine(() => url.href)

  const asked = await run(['migrate'])
  const agreed = await run(['migrate', '--yes'])

  expect([asked.exitCode, agreed.exitCode]).toEqual([4, 0])
  expect(await database.query('SELECT count(*)::int AS keys FROM second.api_keys')).toEqual([{ keys: 0 }])
}, 60_000)
