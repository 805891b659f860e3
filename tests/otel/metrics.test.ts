import { describe, expect, test } from '@jest/globals'
import type { KeyringOptions } from 'express-api-keys'
import { openTelemetry } from 'express-api-keys/otel'
import request from 'supertest'
import { secretFormat } from '../../src/key/secret.js'
import { createApp } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { noteSecret, openKeyring } from '../support/keyring.js'
import { labels, openMetrics } from './recorded-metrics.js'

const database = useDatabase()

const outcome = (of: string, cacheResult?: 'hit' | 'miss') =>
  labels({
    'api_key.outcome': of,
    ...(cacheResult === undefined ? {} : { 'api_key.cache.result': cacheResult }),
  })

async function openRecorded(options: KeyringOptions = {}) {
  const metrics = openMetrics()
  const onEvent = openTelemetry({ meterProvider: metrics.meterProvider })
  const keyring = openKeyring({ databaseUrl: database.url, onEvent, ...options })
  const owner = await database.addTenant()
  const app = createApp({ keyring })
  const get = (secret: string, path = '/whoami') => request(app).get(path).auth(secret, { type: 'bearer' })
  const issue = (fields = {}) => keyring.issue({ ...owner, name: 'CI', ...fields })
  return { ...metrics, keyring, owner, app, get, issue, onEvent }
}

describe('the count of authentications', () => {
  test('tells keys that were loaded from keys that were known', async () => {
    const { issue, get, counts } = await openRecorded()
    const { secret } = await issue()
    const [hit, miss] = [outcome('admitted', 'hit'), outcome('admitted', 'miss')]
    let sent = 0
    let told: Readonly<Record<string, number>> = {}

    // Nothing is kept before the first heartbeat.
    while ((told[hit] ?? 0) < 2 && sent < 1_000) {
      await get(secret)
      sent += 1
      told = await counts('api_key.authentications')
    }

    expect(told).toEqual({ [miss]: expect.any(Number), [hit]: 2 })
    expect(told[miss]).toBe(sent - 2)
  })

  test('tells why requests were refused', async () => {
    const { keyring, owner, app, issue, get, counts } = await openRecorded()
    const [revoked, placed, limited] = [
      await issue(),
      await issue({ allowedCidrs: ['192.0.2.0/24'] }),
      await issue({ limits: ['1/lifetime'] }),
    ]
    await keyring.revoke({ tenantId: owner.tenantId, id: revoked.apiKey.id })
    const unknown = secretFormat('ak').generate().secret
    noteSecret(unknown)

    await request(app).get('/whoami')
    await get('no-key')
    await get(unknown)
    await get(revoked.secret)
    await get(revoked.secret)
    await get(placed.secret)
    await get(limited.secret)
    await get(limited.secret)
    await request(app).get(`/whoami?key=${limited.secret}`)

    expect(await counts('api_key.authentications')).toEqual({
      [outcome('absent')]: 1,
      [outcome('malformed')]: 1,
      [outcome('unknown')]: 1,
      [outcome('revoked')]: 2,
      [outcome('address_forbidden')]: 1,
      [outcome('admitted', 'miss')]: 1,
      [outcome('over_lifetime_quota')]: 1,
      [outcome('key_in_url')]: 1,
    })
  })

  test('begins with 0 for every outcome there is, so that its rate shows the first', async () => {
    const { collect } = await openRecorded()

    const { dataPoints = [] } = (await collect()).get('api_key.authentications') ?? {}

    expect(dataPoints.map(({ value }) => value)).toEqual(dataPoints.map(() => 0))
    expect(dataPoints.map(({ attributes }) => attributes['api_key.outcome'])).toEqual(
      expect.arrayContaining(['admitted', 'revoked', 'store_timeout', 'corrupt_record']),
    )
  })

  test('counts a request that lacks a scope once, and the lack apart', async () => {
    const { issue, get, counts } = await openRecorded()
    const { secret } = await issue()

    const { status } = await get(secret, '/orders')

    expect(status).toBe(403)
    expect(await counts('api_key.authentications')).toEqual({ [outcome('admitted', 'miss')]: 1 })
    expect(await counts('api_key.scope.refusals')).toEqual({ '{}': 1 })
  })

  test('says nothing of the cache where a host has wrapped the keyring', async () => {
    const { keyring, issue, onEvent, counts } = await openRecorded()
    const { secret } = await issue()
    const app = createApp({ keyring: { ...keyring, authenticate: keyring.authenticate }, onEvent })

    await request(app).get('/whoami').auth(secret, { type: 'bearer' })

    expect(await counts('api_key.authentications')).toEqual({ [outcome('admitted')]: 1 })
  })

  test('is one for all keyrings that record to the same provider', async () => {
    const first = await openRecorded()
    const { meterProvider } = first
    const second = openKeyring({ databaseUrl: database.url, onEvent: openTelemetry({ meterProvider }) })
    const { secret } = await first.issue()

    await first.get(secret)
    await request(createApp({ keyring: second }))
      .get('/whoami')
      .auth(secret, { type: 'bearer' })
    await request(createApp({ keyring: second })).get('/whoami')

    expect(await first.counts('api_key.authentications')).toEqual({
      [outcome('admitted', 'miss')]: 2,
      [outcome('absent')]: 1,
    })
  })
})

describe('the histogram of waits', () => {
  test('holds the requests that had to wait, in seconds, and no others', async () => {
    const { app, issue, get, collect, counts } = await openRecorded()
    const { secret } = await issue()

    await get(secret)
    await request(app).get('/whoami')
    await get('no-key')

    const { dataPoints = [], descriptor } = (await collect()).get('api_key.authentication.wait_time') ?? {}
    expect(descriptor).toMatchObject({ unit: 's' })
    expect(await counts('api_key.authentication.wait_time')).toEqual({ [outcome('admitted', 'miss')]: 1 })
    const [{ value } = {}] = dataPoints
    expect(value).toMatchObject({ sum: expect.any(Number), buckets: { boundaries: expect.any(Array) } })
    // A look-up in a database takes more than a microsecond, and here less than the 10 s it may take.
    const { sum } = Object(value)
    expect(sum > 0.000001 && sum < 10).toBe(true)
  })

  test('tells how long a refused key has waited', async () => {
    const { keyring, owner, issue, get, counts } = await openRecorded()
    const { secret, apiKey } = await issue()
    await keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id })

    await get(secret)

    expect(await counts('api_key.authentication.wait_time')).toEqual({ [outcome('revoked')]: 1 })
  })
})

describe('an observer of a middleware', () => {
  test('records what that middleware and its guards decide', async () => {
    const metrics = openMetrics()
    const keyring = openKeyring({ databaseUrl: database.url })
    const onEvent = openTelemetry({ meterProvider: metrics.meterProvider })
    const { secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const app = createApp({ keyring, onEvent })

    await request(app).get('/orders').auth(secret, { type: 'bearer' })

    expect(await metrics.counts('api_key.scope.refusals')).toEqual({ '{}': 1 })
  })
})
