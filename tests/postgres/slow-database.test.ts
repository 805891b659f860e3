import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { type Cluster, openCluster } from '../support/cluster.js'
import { addTenant } from '../support/database.js'
import { report } from '../support/figures.js'
import { openKeyring } from '../support/keyring.js'
import { longestWaitMs, startLoad, statuses, warmUp } from '../support/load.js'
import { startServer } from '../support/server-process.js'

/** The size of the package's own pool. */
const MOST_CONNECTIONS = 10

let cluster: Cluster
beforeAll(async () => {
  cluster = await openCluster()
}, 60_000)

async function issueKey() {
  const keyring = openKeyring({ databaseUrl: cluster.url, cache: false })
  return keyring.issue({ ...(await addTenant(cluster.query)), name: 'CI', scopes: ['orders:read'] })
}

/** No query of keys gets an answer until the lock is given back. */
async function lockKeys() {
  const locker = new pg.Client({ connectionString: cluster.url })
  await locker.connect()
  await locker.query('BEGIN')
  await locker.query('LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE')
  return async () => {
    await locker.query('COMMIT')
    await locker.end()
  }
}

/** Queries of the server under test that the database has not answered. */
async function countUnanswered(): Promise<number> {
  const [row] = await cluster.query(
    `SELECT count(*)::int AS waiting FROM pg_stat_activity
     WHERE application_name = 'express-api-keys' AND wait_event_type = 'Lock'`,
  )
  return Number(row?.waiting)
}

async function untilUnanswered(): Promise<void> {
  for (let tries = 0; tries < 100 && (await countUnanswered()) === 0; tries += 1) await sleep(10)
}

describe('a client that hangs up while its key is loaded', () => {
  test('leaves the load to those who wait for it too', async () => {
    const { secret } = await issueKey()
    const warm = await issueKey()
    const server = await startServer({ databaseUrl: cluster.url })
    await warmUp([server], [warm.secret])
    await cluster.query('SELECT pg_stat_statements_reset()')
    const unlock = await lockKeys()

    const first = get({ port: server.port, headers: { authorization: `Bearer ${secret}` } })
    first.on('error', () => {})
    await untilUnanswered()
    const others = Array.from({ length: 99 }, () => server.request(secret))
    await sleep(100)
    first.destroy()
    await sleep(100)
    await unlock()
    const answers = await Promise.all(others)

    const [loads] = await cluster.query(
      `SELECT sum(calls)::int AS calls FROM pg_stat_statements WHERE query LIKE 'SELECT%api_keys%WHERE%key_hash%'`,
    )
    expect(statuses(answers)).toEqual([200])
    expect(loads?.calls).toBe(1)
  }, 30_000)
})

describe('a database that answers no query of keys for 8 s', () => {
  test('delays nobody beyond the budget, gets no pile of queries, and passes good keys again at once', async () => {
    const [known, ...cold] = await Promise.all(Array.from({ length: 41 }, issueKey))
    const secrets = cold.map(({ secret }) => secret)
    const server = await startServer({ databaseUrl: cluster.url })
    await warmUp([server], [String(known?.secret)])
    const going = startLoad(server, String(known?.secret), 20)
    const unlock = await lockKeys()

    const coming = secrets.map((secret) => startLoad(server, secret, 500))
    let mostUnanswered = 0
    const end = Date.now() + 8_000
    while (Date.now() < end) {
      await sleep(100)
      mostUnanswered = Math.max(mostUnanswered, await countUnanswered())
    }
    const duringLock = (await Promise.all(coming.map((load) => load.stop()))).flat()
    await unlock()
    const unlockedAt = Date.now()
    const after = await Promise.all(secrets.map((secret) => server.request(secret)))
    const passed = await going.stop()

    report('no answer for 8 s', {
      'longest wait': longestWaitMs(duringLock),
      'all known again after': Math.max(...after.map(({ answeredAt }) => answeredAt)) - unlockedAt,
    })
    expect(statuses(passed)).toEqual([200])
    expect(statuses(duringLock)).toEqual([503])
    expect(longestWaitMs(duringLock)).toBeLessThanOrEqual(1_500)
    expect(statuses(after)).toEqual([200])
    expect(mostUnanswered).toBeLessThanOrEqual(MOST_CONNECTIONS)
  }, 60_000)
})
