import { describe, expect, test } from '@jest/globals'
import { examine } from '../../src/keyring/examine.js'
import { readInstallation } from '../../src/keyring/installation.js'
import { useDatabase } from '../support/database.js'
import { openEmptyDatabase } from '../support/empty-database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const onServer = Boolean(process.env.DATABASE_URL)
const DAY_MS = 86_400_000
const examined = (databaseUrl = database.url) =>
  examine({ databaseUrl, unusedMs: 90 * DAY_MS, nowMs: Date.now })

describe('an examination of a database', () => {
  test('with the migrations finds all in place, counts the keys, and tells whether announcements arrive', async () => {
    const keyring = openKeyring({ databaseUrl: database.url, cache: false })
    const owner = await database.addTenant()
    const { apiKey } = await keyring.issue({ ...owner, name: 'old' })
    await keyring.issue({ ...owner, name: 'ends', expiresAt: new Date(Date.now() + DAY_MS) })
    await database.query(`UPDATE api_keys SET created_at = now() - interval '91 days' WHERE id = $1`, [
      apiKey.id,
    ])

    const { server, installation, announcements, keys } = await examined()

    expect(server).toMatchObject({ isReplica: false, skipsTriggers: false })
    expect(Math.abs(server.clockOffsetMs)).toBeLessThan(1_000)
    expect(installation.migrations.every(({ missing }) => missing.length === 0)).toBe(true)
    expect(installation).toMatchObject({ schema: 'public', otherSchemas: [], otherMigrations: 0 })
    expect(installation).toMatchObject({ ownersExist: true, ownersAreRenamed: false })
    expect(announcements).toEqual(
      onServer
        ? { arrive: true, inMs: expect.any(Number) }
        : {
            ...{ arrive: false, canPoll: true },
            why: expect.stringContaining('NOTIFY does not arrive'),
            mend: expect.stringContaining('direct connection'),
          },
    )
    expect(keys).toEqual({ active: 2, withoutExpiry: 1, unused: 1 })
  })

  test('without any table asks no more than there is', async () => {
    const empty = await openEmptyDatabase()

    const { installation, announcements, keys } = await examined(empty.url)

    expect({ announcements, keys }).toEqual({ announcements: null, keys: null })
    expect(installation).toMatchObject({ ownersExist: false, ownersAreRenamed: false, otherMigrations: 0 })
  })

  test('without the row of the epoch says that there is nothing to poll, and how to mend it', async () => {
    await database.query('DELETE FROM api_key_epoch')

    const { announcements } = await examined()

    await database.query('INSERT INTO api_key_epoch DEFAULT VALUES')
    expect(announcements).toMatchObject({
      ...{ arrive: false, canPoll: false },
      mend: expect.stringContaining('INSERT INTO api_key_epoch DEFAULT VALUES'),
    })
  })

  test('with a trigger missing leaves its mend to who looks at the tables', async () => {
    await database.query('ALTER TABLE users DISABLE TRIGGER api_key_epoch_on_update')

    const { announcements } = await examined()

    await database.query('ALTER TABLE users ENABLE TRIGGER api_key_epoch_on_update')
    expect(announcements).toMatchObject({ arrive: false, canPoll: false })
    expect(announcements).not.toHaveProperty('mend')
  })

  test('gives up counting where the count fails', async () => {
    await database.query('ALTER TABLE api_keys RENAME COLUMN last_used_at TO seen_at')

    const { keys } = await examined()

    await database.query('ALTER TABLE api_keys RENAME COLUMN seen_at TO last_used_at')
    expect(keys).toBe('uncounted')
  })

  test('that does not answer is a store_unavailable', async () => {
    await expect(examined('postgresql://nobody@127.0.0.1:1/nowhere')).rejects.toMatchObject({
      code: 'store_unavailable',
    })
  })
})

describe('the installation', () => {
  test('tells of migrations of the host, of another schema with keys, and of owners under other names', async () => {
    await database.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('theirs', '', '20200101_theirs')`,
    )
    await database.query('CREATE SCHEMA elsewhere')
    await database.query('CREATE TABLE elsewhere.api_keys (key_hash text)')
    await database.query('ALTER TABLE tenants RENAME TO accounts')

    const installation = await readInstallation(database.url)

    await database.query('ALTER TABLE accounts RENAME TO tenants')
    await database.query('DROP SCHEMA elsewhere CASCADE')
    await database.query(`DELETE FROM _prisma_migrations WHERE id = 'theirs'`)
    expect(installation).toMatchObject({
      ...{ otherMigrations: 1, otherSchemas: ['elsewhere'], ownersExist: true, ownersAreRenamed: true },
    })
  })
})
