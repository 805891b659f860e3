import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { ApiKeyEvent } from 'express-api-keys'
import { openTelemetry } from 'express-api-keys/otel'
import { Refusal, refusalReasons } from '../../src/errors.js'
import { freePort } from '../support/example.js'

const page = readFileSync(new URL('../../docs/observe.md', import.meta.url), 'utf8')
const queries = [...page.matchAll(/^```(?:yaml|promql)\n(.+?)^```/gms)].map(([, text = '']) => text).join('')

const events: ApiKeyEvent[] = [
  {
    ...{ type: 'authenticated', apiKeyId: 'id', keyPrefix: 'ak_8fK2', tenantId: 'id', userId: 'id' },
    ...{ cached: false, waitedMs: 3 },
  },
  { type: 'feed_changed', feed: 'notify', why: 'announcements arrive' },
]

/** What Prometheus reads. */
async function scrape(): Promise<string> {
  const port = await freePort()
  const reader = new PrometheusExporter({ host: '127.0.0.1', port })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const record = openTelemetry({ meterProvider })
  for (const event of events) record(event)
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  await meterProvider.shutdown()
  return response.text()
}

describe('the queries of docs/observe.md', () => {
  test('name metrics and labels that Prometheus reads', async () => {
    const scraped = await scrape()
    const named = new Set(queries.match(/\bapi_key_\w+/g))

    const missing = [...named].filter((name) => !new RegExp(`\\b${name}\\b`).test(scraped))

    expect(named.size).toBeGreaterThan(8)
    expect(missing).toEqual([])
  })

  test('name values of labels that there are', async () => {
    const scraped = await scrape()
    const values = [...queries.matchAll(/\b(api_key_\w+)!?=~?"([^"]+)"/g)].flatMap(([, label, value = '']) =>
      value.split('|').map((one) => `${label}="${one}"`),
    )

    expect(values.length).toBeGreaterThan(6)
    expect(values.filter((value) => !scraped.includes(value))).toEqual([])
  })
})

describe('docs/observe.md', () => {
  test('lists every metric that is recorded', async () => {
    const scraped = await scrape()
    const types = [...scraped.matchAll(/^# TYPE (api_key_\w+?)(?:_total)? /gm)].map(([, name]) => name)

    const listed = [...page.matchAll(/^\| `(api_key[\w.]+)` \|/gm)].map(([, name]) =>
      name?.replaceAll('.', '_'),
    )

    expect(listed.toSorted()).toEqual(types.toSorted())
  })

  test('alerts of every reason that is answered with 503, but for a keyring that was closed', () => {
    const unavailable = refusalReasons.filter((reason) => new Refusal(reason).code === 'store_unavailable')

    const [, alerted = ''] = /ApiKeysUnavailable[^"]+"([^"]+)"/.exec(queries) ?? []

    expect(alerted.split('|')).toEqual(unavailable.filter((reason) => reason !== 'keyring_closed'))
  })
})
