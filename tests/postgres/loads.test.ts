import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Keyring } from 'express-api-keys'
import { secretFormat } from '../../src/key/secret.js'
import { type Cluster, openCluster } from '../support/cluster.js'
import { addTenant } from '../support/database.js'
import { noteSecret, openKeyring } from '../support/keyring.js'

let cluster: Cluster
beforeAll(async () => {
  cluster = await openCluster()
}, 60_000)

async function issueKeys(keyring: Keyring, count: number): Promise<string[]> {
  const owner = await addTenant(cluster.query)
  const issued = await Promise.all(
    Array.from({ length: count }, (_, n) => keyring.issue({ ...owner, name: `key ${n}` })),
  )
  return issued.map(({ secret }) => secret)
}

/** Statements that looked keys up by their hash, as the server counted them. */
async function countLoads(): Promise<number> {
  const [row] = await cluster.query(
    `SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements
     WHERE query LIKE 'SELECT%api_keys%key_hash%WHERE%key_hash%'`,
  )
  return Number(row?.calls)
}

const resetCounts = () => cluster.query('SELECT pg_stat_statements_reset()')

describe('cold keys', () => {
  test('10,000 requests of one at once are one query', async () => {
    const keyring = openKeyring({ databaseUrl: cluster.url })
    const [secret = ''] = await issueKeys(keyring, 1)
    await resetCounts()

    const principals = await Promise.all(Array.from({ length: 10_000 }, () => keyring.authenticate(secret)))

    expect(new Set(principals).size).toBe(1)
    expect(await countLoads()).toBe(1)
  })

  test('1,000 different ones at once are at most 10 queries', async () => {
    const keyring = openKeyring({ databaseUrl: cluster.url })
    const secrets = await issueKeys(keyring, 1_000)
    await resetCounts()

    const principals = await Promise.all(secrets.map((secret) => keyring.authenticate(secret)))

    expect(new Set(principals.map(({ apiKey }) => apiKey.id)).size).toBe(1_000)
    expect(await countLoads()).toBeLessThanOrEqual(10)
  })

  test('that are malformed are no query, and unknown ones are not asked for again within the second', async () => {
    const keyring = openKeyring({ databaseUrl: cluster.url })
    const { secret } = secretFormat('ak').generate()
    noteSecret(secret)
    await keyring.authenticate(secret).catch(() => {})
    await sleep(300)
    await keyring.authenticate(secret).catch(() => {})
    await resetCounts()

    const refused = await Promise.allSettled([
      ...Array.from({ length: 2_000 }, (_, n) => keyring.authenticate(`${secret.slice(0, -1)}${n % 10}`)),
      keyring.authenticate(secret),
    ])

    expect(refused.filter(({ status }) => status === 'fulfilled')).toEqual([])
    expect(await countLoads()).toBeLessThanOrEqual(1)
  })

  test('share a failure once, and it is not kept', async () => {
    const keyring = openKeyring({ databaseUrl: cluster.url, queryTimeoutMs: 1_000 })
    const [secret = ''] = await issueKeys(keyring, 1)
    await cluster.stop('immediate')

    const failures = await Promise.allSettled(Array.from({ length: 100 }, () => keyring.authenticate(secret)))
    await cluster.start()
    await sleep(1_000)
    const principal = await keyring.authenticate(secret)

    const reasons = new Set(
      failures.map((failure) => (failure.status === 'rejected' ? failure.reason : null)),
    )
    expect([...reasons]).toEqual([expect.objectContaining({ code: 'store_unavailable' })])
    expect(principal.apiKey.name).toBe('key 0')
  })

  test('are loaded as nobody, and each who waits goes on as itself', async () => {
    const keyring = openKeyring({ databaseUrl: cluster.url, cache: false })
    const secrets = await issueKeys(keyring, 50)
    const requests = new AsyncLocalStorage<number>()

    const resumed = await Promise.all(
      secrets.map((secret, n) =>
        requests.run(n, async () => {
          const { apiKey } = await keyring.authenticate(secret)
          return { asked: n, now: requests.getStore(), name: apiKey.name }
        }),
      ),
    )

    expect(resumed).toEqual(secrets.map((_, n) => ({ asked: n, now: n, name: `key ${n}` })))
  })
})
