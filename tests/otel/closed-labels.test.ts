import { hash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { Attributes } from '@opentelemetry/api'
import type { ApiKeyEvent } from 'express-api-keys'
import { openTelemetry } from 'express-api-keys/otel'
import request from 'supertest'
import { refusalReasons } from '../../src/errors.js'
import { secretFormat } from '../../src/key/secret.js'
import { createApp } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { noteSecret, openKeyring } from '../support/keyring.js'
import { openTcpProxy } from '../support/tcp-proxy.js'
import { openMetrics, type RecordedMetrics } from './recorded-metrics.js'

const database = useDatabase()

const allowed: Readonly<Record<string, readonly string[]>> = {
  'api_key.outcome': ['admitted', ...refusalReasons],
  'api_key.cache.result': ['hit', 'miss'],
  'api_key.cache.flush.reason': [
    ...['changed', 'first_reading', 'missed_change'],
    ...['unexpected_announcement', 'reconnected', 'clock_jumped'],
  ],
  'api_key.counters.kind': ['rates', 'quotas'],
  'api_key.feed': ['notify', 'poll', 'none', 'off'],
}

async function labelsOf({ collect }: RecordedMetrics): Promise<Attributes[]> {
  const metrics = [...(await collect()).values()]
  return metrics.flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes))
}

const isAllowed = (attributes: Attributes) =>
  Object.entries(attributes).every(([name, value]) => allowed[name]?.includes(String(value)))

/** Requests of every kind, with all that a client, a host and a database can put into them. */
async function live(onEvent: (event: ApiKeyEvent) => void) {
  const proxy = await openTcpProxy(database.url)
  const keyring = openKeyring({ databaseUrl: proxy.url, onEvent })
  const owner = await database.addTenant()
  const issued = await keyring.issue({ ...owner, name: 'a name', metadata: { team: 'a team' } })
  const limited = await keyring.issue({ ...owner, name: 'a limited name', limits: ['1/lifetime'] })
  const placed = await keyring.issue({ ...owner, name: 'a placed name', allowedCidrs: ['192.0.2.0/24'] })
  const unknown = secretFormat('ak').generate().secret
  noteSecret(unknown)
  const app = createApp({ keyring, headers: ['authorization', 'x-api-key'] })
  const secrets = [issued.secret, limited.secret, placed.secret, unknown]
  for (const secret of secrets) {
    for (const path of ['/whoami', '/whoami', '/orders', `/whoami?key=${secret}`]) {
      await request(app).get(path).auth(secret, { type: 'bearer' })
    }
    await request(app).get('/whoami').set('X-API-Key', secret)
    await request(app).get('/whoami').set('Authorization', secret)
    await request(app).get('/whoami').auth(`${secret}-damaged`, { type: 'bearer' })
  }
  await keyring.revoke({ tenantId: owner.tenantId, id: issued.apiKey.id })
  await request(app).get('/whoami').auth(issued.secret, { type: 'bearer' })
  await proxy.stop()
  await request(app).get('/whoami').auth(limited.secret, { type: 'bearer' })
  await keyring.close()
  const records = [issued, limited, placed].map(({ apiKey }) => apiKey)
  return [
    ...secrets.flatMap((secret) => [secret, hash('sha256', secret, 'hex'), hash('sha256', secret, 'base64')]),
    ...records.flatMap(({ id, keyPrefix, name }) => [id, keyPrefix, name]),
    ...[owner.tenantId, owner.userId, 'a team', '127.0.0.1', '192.0.2.0', '/whoami', 'ECONNREFUSED'],
  ]
}

describe('whatever requests bring', () => {
  test('metrics have labels of closed sets, and no secret, hash, id, name or address', async () => {
    const metrics = openMetrics()
    const heard: ApiKeyEvent[] = []
    const record = openTelemetry({ meterProvider: metrics.meterProvider })

    const brought = await live((event) => {
      heard.push(event)
      record(event)
    })

    const labels = await labelsOf(metrics)
    const told = JSON.stringify([...(await metrics.collect()).values()])
    expect(labels.length).toBeGreaterThan(20)
    expect(labels.filter((attributes) => !isAllowed(attributes))).toEqual([])
    expect(brought.filter((text) => told.includes(text))).toEqual([])
    // The test could not fail if the events had nothing to tell.
    const heardOf = JSON.stringify(heard)
    expect(brought.filter((text) => heardOf.includes(text)).length).toBeGreaterThan(5)
    expect(new Set(heard.map(({ type }) => type)).size).toBeGreaterThan(3)
  })

  test('also events that a host has made up get no label of their own', async () => {
    const metrics = openMetrics()
    const record = openTelemetry({ meterProvider: metrics.meterProvider })
    const invented: object[] = [
      ...['a secret', '__proto__', 'constructor', 'scope_missing'].flatMap((reason) => [
        { type: 'refused', reason },
        { type: 'refused', reason, waitedMs: 1 },
      ]),
      { type: 'authenticated', cached: 'a secret', waitedMs: 1 },
      { type: 'cache_flushed', why: 'a secret', keys: 'a secret' },
      { type: 'feed_changed', feed: 'a secret', why: 'a secret' },
      { type: 'counters_lost', counters: 'a secret' },
      { type: 'a secret' },
    ]

    for (const event of invented) record(event as ApiKeyEvent)

    const labels = await labelsOf(metrics)
    expect(labels.filter((attributes) => !isAllowed(attributes))).toEqual([])
    expect(JSON.stringify(labels)).not.toContain('a secret')
  })
})
