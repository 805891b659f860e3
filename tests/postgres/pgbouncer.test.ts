import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Cluster, openCluster } from '../support/cluster.js'
import { addTenant } from '../support/database.js'
import { report } from '../support/figures.js'
import { openKeyring } from '../support/keyring.js'
import { acceptedAfterMs, startLoad, statuses, untilRefused, warmUp } from '../support/load.js'
import { openPgbouncer } from '../support/pgbouncer.js'
import { startServer } from '../support/server-process.js'

let cluster: Cluster
let pooledUrl: string
beforeAll(async () => {
  cluster = await openCluster()
  pooledUrl = await openPgbouncer(cluster)
}, 60_000)

async function issueKey() {
  const keyring = openKeyring({ databaseUrl: cluster.url, cache: false })
  return keyring.issue({ ...(await addTenant(cluster.query)), name: 'CI', scopes: ['orders:read'] })
}

describe('behind a pooler in transaction mode', () => {
  test('announcements are found not to arrive, polling takes over, and the bound holds', async () => {
    const { apiKey, secret } = await issueKey()
    const server = await startServer({ databaseUrl: pooledUrl })
    await warmUp([server], [secret], 'poll')
    const load = startLoad(server, secret, 10)
    // Longer than the proof takes that announcements do not arrive.
    await sleep(2_500)

    const health = await server.health()
    await cluster.query('SELECT pg_stat_statements_reset()')
    await sleep(500)
    const [loads] = await cluster.query(
      `SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements WHERE query LIKE '%WHERE%key_hash%'`,
    )
    await cluster.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [apiKey.id])
    const committedAt = Date.now()
    await untilRefused([load], 3_000)
    await sleep(600)
    const answers = await load.stop()

    const latency = acceptedAfterMs(answers, committedAt)
    report('behind PgBouncer', { 'last accept after commit': latency })
    expect(health).toMatchObject({
      lease: 'fresh',
      feed: 'poll',
      cachedKeys: 1,
      why: expect.stringContaining('NOTIFY does not arrive'),
      mend: expect.stringContaining('databaseUrl'),
    })
    expect(server.events.filter(({ mend }) => mend !== undefined)).toHaveLength(1)
    expect(loads?.calls).toBe(0)
    expect(latency).toBeLessThanOrEqual(2_000)
    expect(statuses(answers)).toEqual([200, 401])
  }, 30_000)

  test('a direct connection as databaseUrl brings announcements back', async () => {
    const { apiKey, secret } = await issueKey()

    const server = await startServer({ databaseUrl: cluster.url }, { poolUrl: pooledUrl })
    await warmUp([server], [secret], 'notify')
    const load = startLoad(server, secret, 10)
    await sleep(200)
    await cluster.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [apiKey.id])
    const committedAt = Date.now()
    await untilRefused([load], 3_000)
    const answers = await load.stop()

    expect(acceptedAfterMs(answers, committedAt)).toBeLessThanOrEqual(2_000)
    expect(answers.at(-1)?.status).toBe(401)
  }, 30_000)
})
