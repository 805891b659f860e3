import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'
import { outcomeOf, refusedAfterMs, untilHealth } from '../support/watched-keyring.js'

const database = useDatabase()
const otherDatabase = useDatabase()
const bareDatabase = useDatabase()

const revoke = (id: string) => database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id])

/** The URL of the database, changed. */
function changed(change: Partial<Pick<URL, 'username' | 'port'>>): string {
  return Object.assign(new URL(database.url), change).href
}

describe('a keyring whose listener cannot hear of changes', () => {
  test.each<[why: string, databaseUrl: () => string]>([
    ['the role is refused', () => changed({ username: 'nobody_of_this_name' })],
    ['nothing listens at the port', () => changed({ port: '1' })],
    ['it is another database', () => otherDatabase.url],
    ['it is a database without the epoch', () => String(process.env.DATABASE_URL)],
  ])(
    'for %s, polls through the client, says so, and keeps the bound',
    async (_, databaseUrl) => {
      const { prisma } = openPrisma(database)
      const said: ApiKeyEvent[] = []
      const keyring = openKeyring({
        prisma,
        databaseUrl: databaseUrl(),
        onEvent: (event) => event.type === 'feed_changed' && said.push(event),
      })
      const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
      await untilHealth(keyring, secret, { lease: 'fresh', feed: 'poll', cachedKeys: 1 })
      // Long enough for several tries.
      await sleep(1_500)
      const health = await untilHealth(keyring, secret, { lease: 'fresh', cachedKeys: 1 })

      await revoke(apiKey.id)
      const latency = await refusedAfterMs(keyring, secret, 5_000)

      expect(health).toMatchObject({ database: 'up', lease: 'fresh', feed: 'poll', cachedKeys: 1 })
      expect(said.at(-1)).toMatchObject({ feed: 'poll', why: health.why })
      expect(said.length).toBeLessThanOrEqual(3)
      expect(latency).toBeLessThanOrEqual(2_000)
    },
    30_000,
  )
})

describe('a listener that will never be let in', () => {
  test.each<[why: string, databaseUrl: () => string]>([
    ['the role is refused', () => changed({ username: 'nobody_of_this_name' })],
    ['it is a database without the epoch', () => String(process.env.DATABASE_URL)],
  ])('because %s, is told once, with how to mend it', async (_, databaseUrl) => {
    const { prisma } = openPrisma(database)
    const said: ApiKeyEvent[] = []
    const keyring = openKeyring({
      prisma,
      databaseUrl: databaseUrl(),
      onEvent: (event) => event.type === 'feed_changed' && event.mend !== undefined && said.push(event),
    })
    const { secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    await untilHealth(keyring, secret, { lease: 'fresh', feed: 'poll' })

    await sleep(1_500)
    const health = await keyring.health()

    expect(health.mend).toContain('databaseUrl')
    expect(said).toHaveLength(1)
  })
})

describe('a host that took only the model', () => {
  test('gets right answers from the database, and is told once how to have them kept', async () => {
    await bareDatabase.query(`
      DROP TRIGGER api_key_epoch_on_update ON api_keys;
      DROP TRIGGER api_key_epoch_on_delete ON api_keys;
      DROP TRIGGER api_key_epoch_on_truncate ON api_keys;
      DROP TRIGGER api_key_epoch_on_update ON tenants;
      DROP TRIGGER api_key_epoch_on_update ON users;
      DROP TABLE api_key_epoch CASCADE`)
    const said: ApiKeyEvent[] = []
    const keyring = openKeyring({
      databaseUrl: bareDatabase.url,
      // A slow start may be told first; it names no mend.
      onEvent: (event) => event.type === 'feed_changed' && event.mend !== undefined && said.push(event),
    })
    const owner = await bareDatabase.addTenant()
    const [first, second] = await Promise.all(
      ['first', 'second'].map((name) => keyring.issue({ ...owner, name })),
    )
    const secrets = [String(first?.secret), String(second?.secret)]
    for (let asked = 0; asked < 25; asked += 1) {
      await Promise.all(secrets.map((secret) => keyring.authenticate(secret)))
      await sleep(100)
    }

    const health = await keyring.health()
    await keyring.revoke({ tenantId: owner.tenantId, id: String(first?.apiKey.id) })
    await bareDatabase.query('DELETE FROM api_keys WHERE id = $1', [second?.apiKey.id])
    const after = await Promise.all(secrets.map((secret) => outcomeOf(keyring, secret)))

    expect(health).toMatchObject({ database: 'up', lease: 'lost', feed: 'none', cachedKeys: 0, epoch: null })
    expect(after).toEqual(['invalid_api_key', 'invalid_api_key'])
    expect(said).toEqual([
      {
        type: 'feed_changed',
        feed: 'none',
        why: 'the table api_key_epoch does not exist',
        mend: expect.stringContaining('express-api-keys doctor'),
      },
    ])
  }, 30_000)
})

describe('a keyring told to keep nothing', () => {
  test('obeys a revocation with the next request, and says that caching is off', async () => {
    const keyring = openKeyring({ databaseUrl: database.url, cache: false })
    const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const before = [await outcomeOf(keyring, secret), await outcomeOf(keyring, secret)]

    await revoke(apiKey.id)
    const after = await outcomeOf(keyring, secret)
    const health = await keyring.health()

    expect([...before, after]).toEqual(['passed', 'passed', 'invalid_api_key'])
    expect(health).toMatchObject({ database: 'up', lease: 'off', feed: 'off', cachedKeys: 0 })
  })
})
