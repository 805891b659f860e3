import { expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { outcomeOf, untilHealth } from '../support/watched-keyring.js'

const database = useDatabase()

test('all tables can be truncated at once, as between tests, and a keyring goes on', async () => {
  const keyring = openKeyring({ databaseUrl: database.url })
  const issue = async () => keyring.issue({ ...(await database.addTenant()), name: 'CI', limits: ['5/day'] })
  const { secret } = await issue()
  await keyring.authenticate(secret)
  await untilHealth(keyring, secret, { lease: 'fresh', feed: 'notify', cachedKeys: 1 })
  const tables = await database.query(
    `SELECT string_agg(format('%I', tablename), ', ') AS names FROM pg_tables WHERE schemaname = 'public'`,
  )

  await database.query(`TRUNCATE ${tables[0]?.names} CASCADE`)
  await untilHealth(keyring, secret, { lease: 'fresh', cachedKeys: 0 })
  const [after, issued] = [await outcomeOf(keyring, secret), await issue()]

  expect(after).toBe('invalid_api_key')
  expect(await outcomeOf(keyring, issued.secret)).toBe('passed')
  expect(await database.query('SELECT epoch::int FROM api_key_epoch')).toHaveLength(1)
})
