import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Keyring } from 'express-api-keys'
import { secretFormat } from '../../src/key/secret.js'
import { type Cluster, openCluster } from '../support/cluster.js'
import { addTenant } from '../support/database.js'
import { noteSecret, openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'
import { outcomeOf, untilHealth } from '../support/watched-keyring.js'

let cluster: Cluster
beforeAll(async () => {
  cluster = await openCluster()
}, 60_000)

async function issueKeys(keyring: Keyring, count: number): Promise<string[]> {
  const owner = await addTenant(cluster.query)
  const secrets: string[] = []
  // Not all at once: on a busy machine the last would wait longer than a query may.
  while (secrets.length < count) {
    const some = Array.from({ length: Math.min(100, count - secrets.length) }, (_, n) =>
      keyring.issue({ ...owner, name: `key ${n}` }),
    )
    secrets.push(...(await Promise.all(some)).map(({ secret }) => secret))
  }
  return secrets
}

/** Statements that loaded keys by their hash, as the server counted them; not the proof of the table, once a client. */
async function countLoads(): Promise<number> {
  const [row] = await cluster.query(
    `SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements
     WHERE query LIKE 'SELECT%api_keys%WHERE%key_hash%' AND query NOT LIKE '%count(*)%'`,
  )
  return Number(row?.calls)
}

const resetCounts = () => cluster.query('SELECT pg_stat_statements_reset()')

describe('cold keys', () => {
  test('10,000 requests of one at once are one query, by the server’s count and the client’s', async () => {
    const { prisma, countQueries } = openPrisma(cluster)
    const [secret = ''] = await issueKeys(openKeyring({ databaseUrl: cluster.url }), 1)
    // Polling each minute only, so that the client counts nothing else.
    const cache = { heartbeatMs: 60_000, leaseMs: 120_000 }
    const keyring = openKeyring({ prisma, databaseUrl: cluster.url, cache })
    await untilHealth(keyring, 'malformed', { lease: 'fresh', feed: 'notify' })
    // A load answers before its transaction has ended, also the one by which health asks.
    await sleep(100)
    countQueries()
    await resetCounts()

    const principals = await Promise.all(Array.from({ length: 10_000 }, () => keyring.authenticate(secret)))

    expect(new Set(principals).size).toBe(1)
    expect(await countLoads()).toBe(1)
    // The key, its tenant and its user, within the three statements of a transaction.
    expect(countQueries()).toBeLessThanOrEqual(6)
  })

  test('1,000 different ones at once are at most 10 queries', async () => {
    const keyring = openKeyring({ databaseUrl: cluster.url })
    const secrets = await issueKeys(keyring, 1_000)
    await resetCounts()

    const principals = await Promise.all(secrets.map((secret) => keyring.authenticate(secret)))

    const calls = await countLoads()
    expect(new Set(principals.map(({ apiKey }) => apiKey.id)).size).toBe(1_000)
    expect(calls).toBeGreaterThan(0)
    expect(calls).toBeLessThanOrEqual(10)
  })

  test.each<[what: string, damage: (secret: string, n: number) => string]>([
    ['of another length', (secret, n) => secret.slice(0, 1 + (n % 40))],
    ['of another prefix', (secret) => secret.replace('ak_', 'zz_')],
    ['with a wrong checksum', (secret) => secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0')],
    ['of other characters', (secret) => `${secret.slice(0, -1)}-`],
  ])('2,000 malformed ones, %s, are no query', async (_, damage) => {
    const keyring = openKeyring({ databaseUrl: cluster.url })
    const format = secretFormat('ak')
    const junk = Array.from({ length: 2_000 }, (_, n) => damage(format.generate().secret, n))
    await resetCounts()

    const outcomes = await Promise.all(junk.map((text) => outcomeOf(keyring, text)))

    expect(new Set(outcomes)).toEqual(new Set(['invalid_api_key']))
    expect(await countLoads()).toBe(0)
  })

  test('that are unknown are not asked for again within the second, and pass a second after they are made', async () => {
    const keyring = openKeyring({ databaseUrl: cluster.url })
    const [known = ''] = await issueKeys(keyring, 1)
    const { secret, keyHash, keyPrefix } = secretFormat('ak').generate()
    noteSecret(secret)
    await keyring.authenticate(known)
    await sleep(300)
    await outcomeOf(keyring, secret)
    await resetCounts()

    const again = await Promise.all(Array.from({ length: 100 }, () => outcomeOf(keyring, secret)))
    const askedAgain = await countLoads()
    const { tenantId, userId } = await addTenant(cluster.query)
    await cluster.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash) VALUES ($1, $2, 'late', $3, $4)`,
      [tenantId, userId, keyPrefix, keyHash],
    )
    await sleep(1_050)
    const later = await outcomeOf(keyring, secret)

    expect(new Set(again)).toEqual(new Set(['invalid_api_key']))
    expect(askedAgain).toBe(0)
    expect(later).toBe('passed')
  })

  test('share a failure once, and it is not kept', async () => {
    const keyring = openKeyring({ databaseUrl: cluster.url, queryTimeoutMs: 1_000 })
    const [secret = ''] = await issueKeys(keyring, 1)
    await cluster.stop('immediate')

    const failures = await Promise.allSettled(Array.from({ length: 100 }, () => keyring.authenticate(secret)))
    await cluster.start()
    const principal = await keyring.authenticate(secret)

    const reasons = new Set(
      failures.map((failure) => (failure.status === 'rejected' ? failure.reason : null)),
    )
    expect([...reasons]).toEqual([expect.objectContaining({ code: 'store_unavailable', status: 503 })])
    expect(principal.apiKey.name).toBe('key 0')
  })

  test('are loaded as nobody, and each who waits goes on as itself', async () => {
    const requests = new AsyncLocalStorage<number>()
    const loadedAs: unknown[] = []
    const prisma = openPrisma(cluster).prisma.$extends({
      query: {
        apiKey: {
          findMany({ args, query }) {
            loadedAs.push(requests.getStore())
            return query(args)
          },
        },
      },
    })
    const keyring = openKeyring({ prisma, databaseUrl: cluster.url })
    const secrets = await issueKeys(keyring, 50)

    const resumed = await Promise.all(
      [...secrets, ...secrets].map((secret, n) =>
        requests.run(n, async () => {
          const { apiKey } = await keyring.authenticate(secret)
          return { as: requests.getStore(), name: apiKey.name }
        }),
      ),
    )

    expect(resumed).toEqual([...secrets, ...secrets].map((_, n) => ({ as: n, name: `key ${n % 50}` })))
    expect(loadedAs.length).toBeGreaterThan(0)
    expect(new Set(loadedAs)).toEqual(new Set([undefined]))
  })
})
