import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { lastAcceptedAt, report, startLoad, statuses, warmUp } from '../support/load.js'
import { startServer } from '../support/server-process.js'
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.js'

const database = useDatabase()
const LEASE_MS = 2_000

/** A server whose listener and whose pool reach the database on ways of their own. */
async function openServer() {
  const [listener, pool] = [await openTcpProxy(database.url), await openTcpProxy(database.url)]
  const keyring = openKeyring({ databaseUrl: database.url, cache: false })
  const owner = await database.addTenant()
  const issue = (name: string) => keyring.issue({ ...owner, name, scopes: ['orders:read'] })
  const [living, doomed, cold] = await Promise.all([issue('living'), issue('doomed'), issue('cold')])
  const server = await startServer({ databaseUrl: listener.url }, { poolUrl: pool.url })
  await warmUp([server], [living.secret, doomed.secret])
  return { listener, pool, living, doomed, cold, server }
}

const faults: [name: string, fault: (proxy: TcpProxy) => unknown][] = [
  ['goes silent', (proxy) => proxy.freeze()],
  ['is cut', (proxy) => proxy.stop()],
]

describe.each(faults)('when the way of the listener alone %s', (name, fault) => {
  test('a revocation is obeyed within the bound, and living keys go on', async () => {
    const { listener, living, doomed, server } = await openServer()
    const loads = [startLoad(server, doomed.secret, 10), startLoad(server, living.secret, 10)] as const
    await sleep(200)

    await fault(listener)
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [doomed.apiKey.id])
    const committedAt = Date.now()
    await sleep(LEASE_MS + 1_000)
    const [refused, passed] = [await loads[0].stop(), await loads[1].stop()]
    await server.close()

    const latency = Math.max(0, lastAcceptedAt(refused) - committedAt)
    report(`the listener’s way ${name}`, { 'last accept after commit': latency })
    expect(latency).toBeLessThanOrEqual(LEASE_MS)
    expect(refused.at(-1)?.status).toBe(401)
    expect(statuses(passed)).toEqual([200])
  }, 30_000)
})

describe.each(faults)('when the way of the pool alone %s', (name, fault) => {
  test('kept keys go on while the listener renews the lease, others get 503, and a revocation is obeyed', async () => {
    const { pool, living, doomed, cold, server } = await openServer()
    const loads = [startLoad(server, doomed.secret, 10), startLoad(server, living.secret, 10)] as const
    await sleep(200)

    await fault(pool)
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [doomed.apiKey.id])
    const committedAt = Date.now()
    const unknown = await server.request(cold.secret)
    await sleep(LEASE_MS)
    const [refused, passed] = [await loads[0].stop(), await loads[1].stop()]
    await server.close()

    const latency = Math.max(0, lastAcceptedAt(refused) - committedAt)
    report(`the pool’s way ${name}`, { 'last accept after commit': latency })
    expect(latency).toBeLessThanOrEqual(LEASE_MS)
    expect(unknown.status).toBe(503)
    expect(refused.at(-1)?.status).toBe(503)
    expect(statuses(passed)).toEqual([200])
  }, 30_000)
})

describe('when both ways go silent', () => {
  test('200 until the lease ends, then 503 alone, then 200 within 2 s of the return', async () => {
    const { listener, pool, living, server } = await openServer()
    const load = startLoad(server, living.secret, 20)
    await sleep(200)

    listener.freeze()
    pool.freeze()
    const silentAt = Date.now()
    await sleep(4_500)
    listener.unfreeze()
    pool.unfreeze()
    const backAt = Date.now()
    await sleep(3_000)
    const answers = await load.stop()
    await server.close()

    const late = answers.filter(({ sentAt }) => sentAt > silentAt + LEASE_MS && sentAt < backAt - 1_500)
    const firstBack = answers.find(({ status, sentAt }) => status === 200 && sentAt > silentAt + LEASE_MS)
    report('both ways silent', {
      'first 200 after the return': (firstBack?.answeredAt ?? Number.POSITIVE_INFINITY) - backAt,
    })
    expect(statuses(answers)).toEqual([200, 503])
    expect(statuses(late)).toEqual([503])
    expect((firstBack?.answeredAt ?? Number.POSITIVE_INFINITY) - backAt).toBeLessThanOrEqual(2_000)
  }, 30_000)
})
