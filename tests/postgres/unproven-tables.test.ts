import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../src/store/generated/client.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'
import { outcomeOf, refusedAfterMs, untilHealth } from '../support/watched-keyring.js'

const BOUND_MS = 2_000
const KEYS_TRIGGERS = [
  ...['api_key_epoch_on_update', 'api_key_epoch_on_delete', 'api_key_epoch_on_truncate'],
  ...['api_keys_refuse_forbidden_update', 'api_keys_refuse_foreign_user'],
]

describe('triggers that do not fire', () => {
  const database = useDatabase()

  test.each([
    ...KEYS_TRIGGERS.map((trigger) => ({ table: 'api_keys', trigger })),
    { table: 'tenants', trigger: 'api_key_epoch_on_update' },
    { table: 'users', trigger: 'api_key_epoch_on_update' },
  ])('$trigger of $table, disabled, have nothing kept, and are named', async ({ table, trigger }) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    await untilHealth(keyring, secret, { lease: 'fresh', feed: 'notify', cachedKeys: 1 })

    await database.query(`ALTER TABLE ${table} DISABLE TRIGGER ${trigger}`)
    const health = await untilHealth(keyring, secret, { lease: 'lost', feed: 'none' })
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [apiKey.id])
    const after = await outcomeOf(keyring, secret)
    await database.query(`ALTER TABLE ${table} ENABLE TRIGGER ${trigger}`)

    expect(health).toMatchObject({
      lease: 'lost',
      feed: 'none',
      why: expect.stringContaining(trigger),
      mend: expect.stringContaining('express-api-keys doctor'),
    })
    expect(after).toBe('invalid_api_key')
  })
})

describe('a table that has parts, which fire no trigger of the whole', () => {
  const database = useDatabase()

  test.each(['users', 'tenants', 'api_keys'])('has nothing kept, and is named: %s', async (table) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    await untilHealth(keyring, secret, { lease: 'fresh', feed: 'notify', cachedKeys: 1 })

    await database.query(`CREATE TABLE part () INHERITS (${table})`)
    const health = await untilHealth(keyring, secret, { lease: 'lost', feed: 'none' })
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [apiKey.id])
    const after = await outcomeOf(keyring, secret)
    await database.query('DROP TABLE part')

    expect(health.why).toContain(
      `without partitions, which can be changed by themselves, in place of ${table}`,
    )
    expect(after).toBe('invalid_api_key')
  })
})

describe('a model in another schema than the epoch', () => {
  const database = useDatabase()
  const opened: PrismaClient[] = []
  afterAll(() => Promise.all(opened.map((client) => client.$disconnect())))

  /** The tables of `public` under another name, and empty ones in their place, as a second app would have them. */
  beforeEach(async () => {
    await database.query('DROP SCHEMA IF EXISTS elsewhere CASCADE')
    await database.query('CREATE SCHEMA elsewhere')
    for (const table of ['tenants', 'users', 'api_keys', 'api_key_events']) {
      await database.query(`CREATE TABLE elsewhere.${table} (LIKE public.${table} INCLUDING ALL)`)
    }
  })

  function openElsewhere(): PrismaClient {
    const adapter = new PrismaPg({ connectionString: database.url }, { schema: 'elsewhere' })
    const client = new PrismaClient({ adapter })
    opened.push(client)
    return client
  }

  async function issueElsewhere() {
    const prisma = openElsewhere()
    const tenant = await prisma.tenant.create({ data: { name: 'Acme' } })
    const user = await prisma.user.create({ data: { tenantId: tenant.id, email: 'ann@example.com' } })
    const owner = { tenantId: tenant.id, userId: user.id }
    const rightly = openKeyring({ prisma, databaseUrl: database.url, schema: 'elsewhere' })
    const { apiKey, secret } = await rightly.issue({ ...owner, name: 'CI' })
    return { keyring: openKeyring({ prisma, databaseUrl: database.url }), owner, apiKey, secret }
  }

  test('has nothing kept, says which option mends it, and a revocation obeyed', async () => {
    const { keyring, apiKey, secret } = await issueElsewhere()

    const health = await untilHealth(keyring, secret, { lease: 'fresh', feed: 'none' })
    const before = await outcomeOf(keyring, secret)
    await database.query('UPDATE elsewhere.api_keys SET revoked_at = now() WHERE id = $1', [apiKey.id])
    const after = await outcomeOf(keyring, secret)

    expect(health).toMatchObject({ feed: 'none', cachedKeys: 0, mend: expect.stringContaining('"schema"') })
    expect([before, after]).toEqual(['passed', 'invalid_api_key'])
  })

  test('does not say of a key that is there that there is none', async () => {
    const { keyring, owner, apiKey } = await issueElsewhere()

    const revoking = keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id })

    await expect(revoking).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: { mend: expect.stringContaining('"schema"') },
    })
  })

  test('has no key issued, whose trail and triggers would be those of another table', async () => {
    const { keyring, owner } = await issueElsewhere()

    const issuing = keyring.issue({ ...owner, name: 'stray' })

    await expect(issuing).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: { mend: expect.stringContaining('"schema"') },
    })
    expect(await database.query(`SELECT FROM elsewhere.api_keys WHERE name = 'stray'`)).toEqual([])
  })

  test('is not fooled by the search_path of the role', async () => {
    const searching = new URL(database.url)
    searching.searchParams.set('options', '-c search_path=elsewhere,public')
    const keyring = openKeyring({ databaseUrl: searching.href })
    const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    await untilHealth(keyring, secret, { lease: 'fresh', feed: 'notify', cachedKeys: 1 })

    await database.query('UPDATE public.api_keys SET revoked_at = now() WHERE id = $1', [apiKey.id])
    const latency = await refusedAfterMs(keyring, secret, BOUND_MS + 1_000)

    expect(latency).toBeLessThanOrEqual(BOUND_MS)
  })
})

describe('a user who changes in a transaction that cannot see a new key', () => {
  const database = useDatabase()

  test.each(['REPEATABLE READ', 'SERIALIZABLE'])('is not served as before, with %s', async (isolation) => {
    const { prisma } = openPrisma(database)
    const keyring = openKeyring({ prisma, databaseUrl: database.url })
    const owner = await database.addTenant()
    const other = await database.addTenant()
    const session = await database.openSession()
    await session.query(`BEGIN ISOLATION LEVEL ${isolation}`)
    await session.query('SELECT 1 FROM api_keys')
    const { secret } = await keyring.issue({ ...owner, name: 'CI' })
    await untilHealth(keyring, secret, { lease: 'fresh', feed: 'notify', cachedKeys: 1 })

    await session.query('UPDATE users SET tenant_id = $1 WHERE id = $2', [other.tenantId, owner.userId])
    await session.query('COMMIT')
    const latency = await refusedAfterMs(keyring, secret, BOUND_MS + 1_000)

    expect(latency).toBeLessThanOrEqual(BOUND_MS)
  })

  test('is waited for by the issuing of a key', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const other = await database.addTenant()
    const session = await database.openSession()
    await session.query('BEGIN')
    await session.query('UPDATE users SET tenant_id = $1 WHERE id = $2', [other.tenantId, owner.userId])

    const issuing = keyring.issue({ ...owner, name: 'CI' }).then(
      () => 'issued',
      ({ code }) => code,
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    await session.query('COMMIT')

    expect(await issuing).toBe('invalid_input')
  })
})
