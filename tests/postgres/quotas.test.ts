import { describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { createStoredCounters } from '../../src/store/counters.js'
import { useDatabase } from '../support/database.js'
import { askAtOnce, deploy } from '../support/deployment.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'

const database = useDatabase()

describe('four processes that count in one PostgreSQL', () => {
  test('let exactly 100 of 500 requests at once pass, of a quota of 100', async () => {
    const { secret, servers, keyring, apiKey, owner } = await deploy(database, { limits: ['100/lifetime'] })

    const counts = await askAtOnce(servers, secret, 500)

    expect(counts).toEqual({ 200: 100, 403: 400 })
    const { quotas } = await keyring.usage({ tenantId: owner.tenantId, id: apiKey.id })
    expect(quotas).toEqual([expect.objectContaining({ limit: 100, remaining: 0 })])
  }, 120_000)

  test('count rates together too, where that is chosen', async () => {
    const { secret, servers } = await deploy(database, { limits: ['50/24h'] }, { rateCounters: 'postgres' })

    expect(await askAtOnce(servers, secret, 200)).toEqual({ 200: 50, 429: 150 })
  }, 120_000)

  test('allow four times as much where each counts in its memory', async () => {
    const { secret, servers } = await deploy(database, { limits: ['10/24h'] })

    expect(await askAtOnce(servers, secret, 200)).toEqual({ 200: 40, 429: 160 })
  }, 120_000)
})

describe('hundreds of requests at once with one key', () => {
  test('take no more than its quota, and neither the counters nor others down', async () => {
    const events: string[] = []
    const keyring = openKeyring({ databaseUrl: database.url, onEvent: ({ type }) => events.push(type) })
    const owner = await database.addTenant()
    const busy = await keyring.issue({ ...owner, name: 'busy', limits: ['100/lifetime'] })
    const other = await keyring.issue({ ...owner, name: 'other', limits: ['100/lifetime'] })
    const outcomeOf = (secret: string) =>
      keyring.authenticate(secret).then(
        () => 'passed',
        ({ code }) => code,
      )
    await outcomeOf(other.secret)

    const asking = Array.from({ length: 600 }, () => outcomeOf(busy.secret))
    const others = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(other.secret)))
    const outcomes = await Promise.all(asking)

    expect(outcomes.filter((outcome) => outcome === 'passed')).toHaveLength(100)
    expect(new Set(outcomes)).toEqual(new Set(['passed', 'quota_exhausted']))
    expect(new Set(others)).toEqual(new Set(['passed']))
    expect(events).not.toContain('counters_lost')
  })
})

describe('a request that waits for its counter', () => {
  test('is refused when the key is revoked meanwhile, and takes nothing', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', limits: ['9/lifetime'] })
    const key = { tenantId: owner.tenantId, id: apiKey.id }
    await keyring.authenticate(secret)
    const host = new pg.Client({ connectionString: database.url })
    await host.connect()
    await host.query('BEGIN')
    await host.query('SELECT FROM api_key_counters WHERE name LIKE $1 FOR UPDATE', [`%${apiKey.id}%`])

    const waiting = keyring.authenticate(secret).then(
      () => 'passed',
      ({ code }) => code,
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    await keyring.revoke(key)
    await host.query('COMMIT')
    await host.end()

    expect(await waiting).toBe('invalid_api_key')
    expect((await keyring.usage(key)).quotas).toEqual([expect.objectContaining({ remaining: 8 })])
  })
})

describe('counters in PostgreSQL', () => {
  test('that have ended are swept away in passing, all of them', async () => {
    await database.query(
      `INSERT INTO api_key_counters (name, value, ends_at)
       SELECT 'old ' || n, 9, now() - interval '2 minutes' FROM generate_series(1, 2500) n
       UNION ALL VALUES ('new', 9, now() + interval '2 minutes'), ('for ever', 9, NULL)`,
    )
    const before = performance.now
    const counters = createStoredCounters(openPrisma(database).prisma, 'public', 5_000)
    performance.now = () => before.call(performance) + 61_000
    try {
      for (let n = 0; n < 4; n += 1) {
        await counters.take({ name: 'other', tenantId: 't1', endsAtMs: null, lengthMs: null }, 9, 1)
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
    } finally {
      performance.now = before
    }

    const rows = await database.query(`SELECT name FROM api_key_counters WHERE value = 9 ORDER BY 1`)
    expect(rows).toEqual([{ name: 'for ever' }, { name: 'new' }])
  })
})
