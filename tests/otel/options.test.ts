import { describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import { type OpenTelemetryOptions, openTelemetry } from 'express-api-keys/otel'
import { openMetrics } from './recorded-metrics.js'

const invalid: [options: object | null, mend: string][] = [
  [{ meterprovider: {} }, 'openTelemetry: option "meterprovider" does not exist'],
  [{ meterProvider: {} }, 'openTelemetry: option "meterProvider" must be a MeterProvider'],
  [{ meterProvider: null }, 'openTelemetry: option "meterProvider" must be a MeterProvider'],
  [{ spanAttributes: 'no' }, 'openTelemetry: option "spanAttributes" must be true or false'],
  [null, 'openTelemetry: options must be an object'],
]

describe('openTelemetry', () => {
  test.each(invalid)('refuses the options %j', (options, mend) => {
    expect(() => openTelemetry(options as OpenTelemetryOptions)).toThrow(
      expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(mend) }),
    )
  })

  test('works where no SDK is registered', () => {
    const record = openTelemetry()
    const event: ApiKeyEvent = { type: 'refused', code: 'missing_credentials', reason: 'absent' }

    expect(record(event)).toBeUndefined()
  })

  test('names every metric and its unit as OpenTelemetry has it', async () => {
    const { meterProvider, collect } = openMetrics()
    openTelemetry({ meterProvider })

    const descriptors = [...(await collect()).values()].map(({ descriptor }) => descriptor)

    expect(Object.fromEntries(descriptors.map(({ name, unit }) => [name, unit]))).toEqual({
      'api_key.authentications': '{request}',
      'api_key.scope.refusals': '{request}',
      'api_key.cache.flushes': '{flush}',
      'api_key.usage.flush.failures': '{failure}',
      'api_key.lease.lost': '{keyring}',
      'api_key.counters.lost': '{keyring}',
      'api_key.feed.state': '{keyring}',
    })
    expect(descriptors.every(({ description }) => description.endsWith('.'))).toBe(true)
  })
})
