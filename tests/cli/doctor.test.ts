import { describe, expect, test } from '@jest/globals'
import { commandLine } from '../support/command-line.js'
import { useDatabase } from '../support/database.js'
import { openEmptyDatabase } from '../support/empty-database.js'
import { freePort } from '../support/example.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const run = commandLine(() => database.url)
const onServer = Boolean(process.env.DATABASE_URL)

interface Finding {
  readonly check: string
  readonly status: string
  readonly says: string
  readonly mend?: string
}

async function findings(url = database.url): Promise<{ exitCode: number | null; findings: Finding[] }> {
  const { exitCode, stdout } = await run(['doctor', '--json'], { env: { DATABASE_URL: url } })
  return { exitCode, ...JSON.parse(stdout) }
}

const notOk = (all: readonly Finding[]) => all.filter(({ status }) => status !== 'ok')

describe('doctor', () => {
  test('finds a database well that has the migrations, and passes', async () => {
    const { exitCode, findings: all } = await findings()

    expect(exitCode).toBe(0)
    expect(new Set(all.map(({ check }) => check))).toEqual(
      new Set(['database', 'migrations', 'triggers', 'announcements', 'clock', 'expiry', 'unused']),
    )
    expect(notOk(all).filter(({ check }) => check !== 'announcements')).toEqual([])
  })

  test('tells whether announcements arrive: on a server they do, embedded they do not', async () => {
    const { findings: all } = await findings()

    const announcements = all.find(({ check }) => check === 'announcements')
    expect(announcements).toEqual(
      onServer
        ? {
            check: 'announcements',
            status: 'ok',
            says: expect.stringMatching(/^NOTIFY arrives, in \d+ ms\.$/),
          }
        : {
            check: 'announcements',
            status: 'warn',
            says: expect.stringContaining(
              'Changes are found by polling, not announced: NOTIFY does not arrive',
            ),
            mend: expect.stringContaining('direct connection'),
          },
    )
  })

  test('prints a line each, and the mend under what is wrong', async () => {
    await database.query('ALTER TABLE api_keys DISABLE TRIGGER api_keys_refuse_forbidden_update')

    const { exitCode, stdout, stderr } = await run(['doctor'])

    await database.query('ALTER TABLE api_keys ENABLE TRIGGER api_keys_refuse_forbidden_update')
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^ok {4}database {7}PostgreSQL \d+\S* answers in \d+ ms\.$/m)
    expect(stdout).toMatch(
      /^fail {2}triggers .*api_keys_refuse_forbidden_update of api_keys is disabled.*\n +to mend it: ALTER TABLE api_keys ENABLE TRIGGER "api_keys_refuse_forbidden_update"$/m,
    )
    expect(stderr).toBe('1 finding has to be mended.\n')
  })

  test.each([
    ['for replication only', 'ENABLE REPLICA TRIGGER'],
    ['not at all', 'DISABLE TRIGGER'],
  ])('fails when a trigger of the epoch fires %s', async (_, how) => {
    await database.query(`ALTER TABLE users ${how} api_key_epoch_on_update`)

    const { exitCode, findings: all } = await findings()

    await database.query('ALTER TABLE users ENABLE TRIGGER api_key_epoch_on_update')
    expect(exitCode).toBe(1)
    expect(notOk(all)).toContainEqual({
      check: 'triggers',
      status: 'fail',
      says: 'The trigger api_key_epoch_on_update of users is disabled: what it guards is unguarded.',
      mend: 'ALTER TABLE users ENABLE TRIGGER "api_key_epoch_on_update"',
    })
  })

  test('fails when a constraint was dropped, and names it', async () => {
    await database.query('ALTER TABLE api_keys DROP CONSTRAINT api_keys_scopes_is_array')

    const { exitCode, findings: all } = await findings()

    await database.query(
      `ALTER TABLE api_keys ADD CONSTRAINT api_keys_scopes_is_array CHECK (jsonb_typeof("scopes") = 'array')`,
    )
    expect(exitCode).toBe(1)
    expect(notOk(all)).toContainEqual(
      expect.objectContaining({
        status: 'fail',
        says: '20261123000000_api_keys is not whole: constraint api_keys_scopes_is_array of api_keys is missing.',
      }),
    )
  })

  test('does not mind that a host made the same by migrations of its own', async () => {
    await database.query(`UPDATE _prisma_migrations SET migration_name = 'theirs_' || migration_name`)

    const { exitCode, findings: all } = await findings()

    await database.query('UPDATE _prisma_migrations SET migration_name = substr(migration_name, 8)')
    expect(exitCode).toBe(0)
    expect(all).toContainEqual({
      check: 'migrations',
      status: 'ok',
      says: 'All that the package needs is in place, made by migrations of your own.',
    })
  })

  test('finds the tenants and users of a host under other names, and a function that names the old ones', async () => {
    await database.query('ALTER TABLE tenants RENAME TO accounts')
    await database.query('ALTER TABLE accounts DISABLE TRIGGER api_key_epoch_on_update')

    const { findings: all } = await findings()

    await database.query('ALTER TABLE accounts ENABLE TRIGGER api_key_epoch_on_update')
    await database.query('ALTER TABLE accounts RENAME TO tenants')
    expect(notOk(all).filter(({ check }) => check !== 'announcements')).toEqual([
      expect.objectContaining({
        says: '20261123020000_api_key_owners is not whole: the name "accounts" in the function of trigger api_keys_refuse_foreign_user is missing.',
        mend: expect.stringContaining('existing-app.sql'),
      }),
      expect.objectContaining({ mend: 'ALTER TABLE accounts ENABLE TRIGGER "api_key_epoch_on_update"' }),
    ])
  })

  test('sends who made the tables without the triggers to the template, not to the migrations', async () => {
    await database.query(`UPDATE _prisma_migrations SET migration_name = 'theirs_' || migration_name`)
    await database.query('ALTER TRIGGER api_keys_refuse_changed_history ON api_keys RENAME TO gone')

    const { findings: all } = await findings()

    await database.query('ALTER TRIGGER gone ON api_keys RENAME TO api_keys_refuse_changed_history')
    await database.query('UPDATE _prisma_migrations SET migration_name = substr(migration_name, 8)')
    expect(notOk(all).filter(({ check }) => check === 'migrations')).toEqual([
      {
        check: 'migrations',
        status: 'fail',
        says: '20261123030000_key_lifecycle is not whole: trigger api_keys_refuse_changed_history of api_keys is missing.',
        mend: 'copy node_modules/express-api-keys/prisma/existing-app.sql, write the names of your tables at its top, and run the copy with "npx prisma db execute --file"; what is there already stays',
      },
    ])
  })

  test('warns of keys that never expire and of keys that nobody uses, and passes', async () => {
    const keyring = openKeyring({ databaseUrl: database.url, cache: false })
    const owner = await database.addTenant()
    const { apiKey } = await keyring.issue({ ...owner, name: 'old' })
    await keyring.issue({ ...owner, name: 'good', expiresAt: new Date(Date.now() + 86_400_000) })
    await database.query(`UPDATE api_keys SET created_at = now() - interval '91 days' WHERE id = $1`, [
      apiKey.id,
    ])

    const { exitCode, findings: all } = await findings()
    await keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id })
    const { findings: later } = await findings()

    expect(exitCode).toBe(0)
    expect(all).toContainEqual(
      expect.objectContaining({ check: 'expiry', status: 'warn', says: '1 of 2 active keys never expires.' }),
    )
    expect(all).toContainEqual(
      expect.objectContaining({
        check: 'unused',
        status: 'warn',
        says: '1 active key has not been used for 90 days.',
      }),
    )
    expect(later).toContainEqual({ check: 'expiry', status: 'ok', says: '1 active key, each with an end.' })
  })

  test('says in which schema the tables stand when they are not in that of the URL', async () => {
    await database.query('CREATE SCHEMA empty')
    const url = new URL(database.url)
    url.searchParams.set('schema', 'empty')

    const { exitCode, findings: all } = await findings(url.href)

    expect(exitCode).toBe(1)
    expect(all.filter(({ status }) => status === 'fail')).toEqual([
      {
        check: 'migrations',
        status: 'fail',
        says: 'The schema "empty" has no API keys; the tables stand in "public".',
        mend: 'let DATABASE_URL end with ?schema=public',
      },
    ])
  })

  test('says how to give an empty epoch its row, and never sends to itself', async () => {
    await database.query('DELETE FROM api_key_epoch')

    const { findings: all } = await findings()

    await database.query('INSERT INTO api_key_epoch DEFAULT VALUES')
    expect(all.find(({ check }) => check === 'announcements')).toMatchObject({
      status: 'warn',
      mend: expect.stringContaining('INSERT INTO api_key_epoch DEFAULT VALUES'),
    })
  })

  test('leaves the mend of a missing trigger to the line that tells of it', async () => {
    await database.query('ALTER TABLE users DISABLE TRIGGER api_key_epoch_on_update')

    const { findings: all } = await findings()

    await database.query('ALTER TABLE users ENABLE TRIGGER api_key_epoch_on_update')
    const announcements = all.find(({ check }) => check === 'announcements')
    expect(announcements).toMatchObject({
      status: 'warn',
      says: expect.stringContaining('No answer can be kept'),
    })
    expect(announcements).not.toHaveProperty('mend')
  })

  test('says how to make the tables when there are none, whoever is to make them', async () => {
    const empty = await openEmptyDatabase()

    const { exitCode, findings: all } = await findings(empty.url)

    expect(exitCode).toBe(1)
    expect(all.filter(({ status }) => status === 'fail')).toContainEqual({
      check: 'migrations',
      status: 'fail',
      says: 'The schema "public" has no API keys: no migration that makes their tables is applied.',
      mend: 'npx prisma migrate deploy; before it npx express-api-keys init, where that has not run yet; or, for an app without tenants and users of its own, npx express-api-keys migrate',
    })
  })

  test('ends with 5 when nothing answers, in one line that names neither host nor password', async () => {
    const DATABASE_URL = `postgresql://nobody:hunter2@127.0.0.1:${await freePort()}/nothing`

    const { exitCode, stdout, stderr } = await run(['doctor'], { env: { DATABASE_URL } })

    expect(exitCode).toBe(5)
    expect(stdout).toBe(
      'fail  database  The database cannot be reached: see that it runs, and that its URL is right.\n',
    )
    expect(stderr).toBe('No more could be looked at.\n')
  })
})
