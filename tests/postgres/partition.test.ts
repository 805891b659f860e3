import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { report } from '../support/figures.js'
import { openKeyring } from '../support/keyring.js'
import { acceptedAfterMs, longestWaitMs, startLoad, statuses, untilRefused, warmUp } from '../support/load.js'
import { startServer } from '../support/server-process.js'
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.js'

const database = useDatabase()
const LEASE_MS = 2_000
/** The budget of a query, and some for a machine with more to do than this test. */
const LONGEST_WAIT_MS = 1_000 + 500

/** A server whose listener and whose pool reach the database on ways of their own. */
async function openServer() {
  const [listener, pool] = [await openTcpProxy(database.url), await openTcpProxy(database.url)]
  const keyring = openKeyring({ databaseUrl: database.url, cache: false })
  const owner = await database.addTenant()
  const issue = (name: string) => keyring.issue({ ...owner, name, scopes: ['orders:read'] })
  const [living, doomed, cold] = await Promise.all([issue('living'), issue('doomed'), issue('cold')])
  const server = await startServer({ databaseUrl: listener.url }, { poolUrl: pool.url })
  await warmUp([server], [living.secret, doomed.secret])
  const revoke = () =>
    database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [doomed.apiKey.id])
  return { listener, pool, living, doomed, cold, server, revoke }
}

type Fault = [name: string, fault: (proxy: TcpProxy) => unknown]
const faults: Fault[] = [
  ['goes silent', (proxy) => proxy.freeze()],
  ['is cut', (proxy) => proxy.stop()],
]
const detours: Fault[] = [
  ['takes 200 ms longer each way', (proxy) => proxy.delay(200)],
  ['takes 1 s longer each way', (proxy) => proxy.delay(1_000)],
]

describe.each([...faults, ...detours])('when the way of the listener alone %s', (name, fault) => {
  test('a revocation is obeyed within the bound, and living keys go on, known or not', async () => {
    const { listener, living, doomed, cold, server, revoke } = await openServer()
    const dying = startLoad(server, doomed.secret, 10)
    const going = startLoad(server, living.secret, 10)
    await sleep(200)

    await fault(listener)
    await revoke()
    const committedAt = Date.now()
    const unknown = await server.request(cold.secret)
    await untilRefused([dying], LEASE_MS + 1_000)
    await sleep(Math.max(0, committedAt + LEASE_MS + 1_000 - Date.now()))
    const [refused, passed] = [await dying.stop(), await going.stop()]

    const latency = acceptedAfterMs(refused, committedAt)
    report(`the listener’s way ${name}`, { 'last accept after commit': latency })
    expect(latency).toBeLessThanOrEqual(LEASE_MS)
    expect(statuses(refused)).toEqual([200, 401])
    expect(statuses([...passed, unknown])).toEqual([200])
  }, 30_000)
})

describe.each(faults)('when the way of the pool alone %s', (name, fault) => {
  test('kept keys go on while the listener renews the lease, others get 503, and a revocation is obeyed', async () => {
    const { pool, living, doomed, cold, server, revoke } = await openServer()
    const dying = startLoad(server, doomed.secret, 10)
    const going = startLoad(server, living.secret, 10)
    await sleep(200)

    await fault(pool)
    await revoke()
    const committedAt = Date.now()
    const unknown = await server.request(cold.secret)
    await sleep(LEASE_MS)
    const [refused, passed] = [await dying.stop(), await going.stop()]

    const latency = acceptedAfterMs(refused, committedAt)
    report(`the pool’s way ${name}`, { 'last accept after commit': latency })
    expect(latency).toBeLessThanOrEqual(LEASE_MS)
    expect(unknown.status).toBe(503)
    expect(statuses(refused)).toEqual([200, 503])
    expect(statuses(passed)).toEqual([200])
    expect(longestWaitMs([...refused, ...passed, unknown])).toBeLessThanOrEqual(LONGEST_WAIT_MS)
  }, 30_000)
})

describe('when the way of the pool takes 50 ms longer each way', () => {
  test('keys are answered later, and a revocation is obeyed', async () => {
    const { pool, doomed, cold, server, revoke } = await openServer()
    const dying = startLoad(server, doomed.secret, 10)
    await sleep(200)

    pool.delay(50)
    const unknown = await server.request(cold.secret)
    await revoke()
    const committedAt = Date.now()
    await untilRefused([dying], LEASE_MS + 1_000)
    const refused = await dying.stop()

    expect(unknown.status).toBe(200)
    expect(acceptedAfterMs(refused, committedAt)).toBeLessThanOrEqual(LEASE_MS)
    expect(statuses(refused)).toEqual([200, 401])
  }, 30_000)
})

describe('when both ways go silent', () => {
  test('200 until the lease ends, then 503 alone, then 200 within 2 s of the return', async () => {
    const { listener, pool, living, cold, server } = await openServer()
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
    const unknown = await server.request(cold.secret)

    const between = (from: number, to: number) =>
      answers.filter(({ sentAt }) => sentAt >= from && sentAt < to)
    const firstBack = between(silentAt + LEASE_MS, Number.POSITIVE_INFINITY).find(
      ({ status }) => status === 200,
    )
    const backAfterMs = (firstBack?.answeredAt ?? Number.POSITIVE_INFINITY) - backAt
    report('both ways silent', {
      'last accept after the silence': acceptedAfterMs(between(silentAt, backAt - 1_500), silentAt),
      'first 200 after the return': backAfterMs,
      'longest wait': longestWaitMs(answers),
    })
    expect(statuses(between(silentAt, silentAt + 1_000))).toEqual([200])
    expect(statuses(between(silentAt + LEASE_MS, backAt - 1_500))).toEqual([503])
    expect(backAfterMs).toBeLessThanOrEqual(2_000)
    expect(statuses([...between(backAt + 2_000, Number.POSITIVE_INFINITY), unknown])).toEqual([200])
    expect(statuses(answers)).toEqual([200, 503])
    expect(longestWaitMs(answers)).toBeLessThanOrEqual(LONGEST_WAIT_MS)
  }, 30_000)
})
