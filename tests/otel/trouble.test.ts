import { describe, expect, test } from '@jest/globals'
import type { KeyringOptions } from 'express-api-keys'
import { openTelemetry } from 'express-api-keys/otel'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openTcpProxy } from '../support/tcp-proxy.js'
import { outcomeOf, untilHealth } from '../support/watched-keyring.js'
import { labels, openMetrics, type RecordedMetrics } from './recorded-metrics.js'

const database = useDatabase()

async function openBehindProxy(options: KeyringOptions = {}) {
  const metrics = openMetrics()
  const proxy = await openTcpProxy(database.url)
  const onEvent = openTelemetry({ meterProvider: metrics.meterProvider })
  const keyring = openKeyring({ databaseUrl: proxy.url, onEvent, ...options })
  const { tenantId, userId } = await database.addTenant()
  const issued = await keyring.issue({
    tenantId,
    userId,
    name: 'CI',
    limits: options.limits ? ['9/day'] : null,
  })
  return { ...metrics, ...issued, proxy, keyring, tenantId }
}

/** Asks until a metric tells this; what it tells then, or after 15 s in vain. */
async function untilTold(
  { counts }: Pick<RecordedMetrics, 'counts'>,
  name: string,
  wanted: Readonly<Record<string, number>>,
  meanwhile: () => Promise<unknown>,
): Promise<Readonly<Record<string, number>>> {
  const end = performance.now() + 15_000
  for (;;) {
    await meanwhile()
    const told = await counts(name)
    if (JSON.stringify(told) === JSON.stringify(wanted) || performance.now() > end) return told
  }
}

describe('of a keyring whose database goes away', () => {
  test('metrics tell that its lease is lost, and that it is back', async () => {
    const { keyring, secret, proxy, ...metrics } = await openBehindProxy()
    const ask = () => outcomeOf(keyring, secret)
    await untilHealth(keyring, secret, { lease: 'fresh' })
    const before = await metrics.counts('api_key.lease.lost')

    await proxy.stop()
    const during = await untilTold(metrics, 'api_key.lease.lost', { '{}': 1 }, ask)
    await proxy.start()
    const after = await untilTold(metrics, 'api_key.lease.lost', {}, ask)

    expect([before, during, after]).toEqual([{}, { '{}': 1 }, {}])
  })

  test('metrics tell which counters do not answer, and that they do again', async () => {
    const { keyring, secret, proxy, ...metrics } = await openBehindProxy({ limits: {} })
    const ask = () => outcomeOf(keyring, secret)
    const lost = { [labels({ 'api_key.counters.kind': 'quotas' })]: 1 }
    await untilHealth(keyring, secret, { lease: 'fresh' })

    await proxy.stop()
    const during = await untilTold(metrics, 'api_key.counters.lost', lost, ask)
    await proxy.start()
    const after = await untilTold(metrics, 'api_key.counters.lost', {}, ask)

    expect([during, after]).toEqual([lost, {}])
  })

  test('metrics tell that usage could not be written', async () => {
    const { keyring, secret, proxy, counts } = await openBehindProxy()
    await keyring.authenticate(secret)

    await proxy.stop()
    await keyring.close()

    expect(await counts('api_key.usage.flush.failures')).toEqual({ '{}': 1 })
  })
})

describe('of a keyring that follows changes', () => {
  test('metrics tell how they reach it, in one state at a time', async () => {
    const { keyring, secret, counts } = await openBehindProxy()
    const { feed } = await untilHealth(keyring, secret, { lease: 'fresh' })

    const told = await counts('api_key.feed.state')

    // On a server announcements may have arrived since.
    expect(Object.values(told)).toEqual([1])
    expect(['notify', 'poll']).toContain(feed)
    expect(told).not.toHaveProperty(labels({ 'api_key.feed': 'none' }))
  })

  test('metrics tell why kept answers were forgotten', async () => {
    const { keyring, secret, apiKey, tenantId, counts } = await openBehindProxy()
    await untilHealth(keyring, secret, { lease: 'fresh' })

    await keyring.revoke({ tenantId, id: apiKey.id })

    const told = await counts('api_key.cache.flushes')
    expect(told[labels({ 'api_key.cache.flush.reason': 'first_reading' })]).toBeGreaterThanOrEqual(1)
    expect(told[labels({ 'api_key.cache.flush.reason': 'changed' })]).toBeGreaterThanOrEqual(1)
  })
})
