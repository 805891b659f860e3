import { describe, expect, test } from '@jest/globals'
import { type ApiKeyEvent, type IssueInput, type KeyringOptions, requireScope } from 'express-api-keys'
import request from 'supertest'
import { createApp, frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

// Long enough that no test meets the edge of its window by chance more than once in hours.
const RATE = '3/24h'

describe.each(frameworks)('on $framework, limits over HTTP', ({ express }) => {
  async function openLimited(
    fields: Partial<IssueInput>,
    limits: KeyringOptions['limits'] = {},
    more: Parameters<typeof createApp>[0] = {},
  ) {
    const events: ApiKeyEvent[] = []
    const keyring = openKeyring({
      databaseUrl: database.url,
      limits,
      onEvent: (event) => events.push(event),
    })
    const owner = await database.addTenant()
    const issued = await keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'], ...fields })
    const app = createApp({ keyring, ...more }, express)
    const get = (path: string, secret = issued.secret) =>
      request(app).get(path).auth(secret, { type: 'bearer' })
    return { ...issued, keyring, owner, app, get, events }
  }

  test('refuse a request over them before its handler, and say which and until when', async () => {
    const { get, events, apiKey } = await openLimited({ limits: [RATE] })
    const passed = [await get('/whoami'), await get('/whoami'), await get('/whoami')]

    const refused = await get('/whoami')

    expect(passed.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(refused.status).toBe(429)
    expect(refused.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'ratelimit-policy': '"3/24h";q=3;w=86400',
      ratelimit: expect.stringMatching(/^"3\/24h";r=0;t=\d+$/),
    })
    expect(refused.headers).not.toHaveProperty('www-authenticate')
    expect(refused.body).toEqual({
      type: 'urn:problem:express-api-keys:rate_limited',
      title: 'There were too many requests, so slow down.',
      status: 429,
      code: 'rate_limited',
      'violated-policies': ['3/24h'],
    })
    const [, t] = /t=(\d+)/.exec(String(refused.headers.ratelimit)) ?? []
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(Number(t))
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'refused', reason: 'over_rate', apiKeyId: apiKey.id }),
    )
  })

  test('tell a client how it stands, all of them', async () => {
    const { get } = await openLimited({ limits: ['5/day', RATE, '9/lifetime'] }, { perTenant: ['100/24h'] })

    const { headers } = await get('/whoami')

    expect(headers['ratelimit-policy']).toBe(
      '"3/24h";q=3;w=86400, "tenant 100/24h";q=100;w=86400, "5/day";q=5;w=86400, "9/lifetime";q=9',
    )
    expect(headers.ratelimit).toMatch(
      /^"3\/24h";r=2;t=\d+, "tenant 100\/24h";r=99;t=\d+, "5\/day";r=4;t=\d+, "9\/lifetime";r=8$/,
    )
    expect(headers).not.toHaveProperty('x-ratelimit-limit')
  })

  test('are told in the older headers where they are asked for, of the one that ends first', async () => {
    const { get } = await openLimited({ limits: ['5/day', RATE] }, {}, { rateLimitHeaders: ['x-ratelimit'] })
    const nowSeconds = Date.now() / 1_000

    const { headers } = await get('/whoami')

    expect(headers).toMatchObject({ 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '2' })
    expect(Number(headers['x-ratelimit-reset'])).toBeGreaterThan(nowSeconds)
    expect(Number(headers['x-ratelimit-reset'])).toBeLessThan(nowSeconds + 86_500)
    expect(headers).not.toHaveProperty('ratelimit')
  })

  test('are not told of where a key has none, nor where that is switched off', async () => {
    const { get } = await openLimited({})
    const silent = await openLimited({ limits: [RATE] }, {}, { rateLimitHeaders: [] })

    const answers = [await get('/whoami'), await silent.get('/whoami')]

    for (const { status, headers } of answers) {
      expect(status).toBe(200)
      expect(Object.keys(headers).filter((name) => name.includes('ratelimit'))).toEqual([])
    }
  })

  test('lose nothing to a request that a scope refuses', async () => {
    const { get } = await openLimited({ limits: [RATE, '5/day'] })

    const refused = [await get('/both'), await get('/both'), await get('/either'), await get('/both')]
    const passed = await get('/orders')

    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    expect(refused[0]?.headers.ratelimit).toMatch(/^"3\/24h";r=3;t=\d+, "5\/day";r=5;t=\d+$/)
    expect(passed.headers.ratelimit).toMatch(/^"3\/24h";r=2;t=\d+, "5\/day";r=4;t=\d+$/)
  })

  test('are spent once by a request, however many guards it passes', async () => {
    const { app, get } = await openLimited({ limits: [RATE] })
    app.get('/guarded', requireScope('orders:read'), requireScope('orders:read'), (_req, res) => {
      res.json({})
    })

    const { headers } = await get('/guarded')

    expect(headers.ratelimit).toMatch(/r=2;/)
  })

  test('go on where they were after a rotation, for both keys', async () => {
    const { get, keyring, owner, apiKey } = await openLimited({ limits: [RATE, '9/lifetime'] })
    await get('/whoami')
    const key = { tenantId: owner.tenantId, id: apiKey.id }
    const successor = await keyring.rotate({ ...key, graceMs: 60_000 })
    await get('/whoami', successor.secret)

    const third = await get('/whoami')
    const [fourth, fifth] = [await get('/whoami'), await get('/whoami', successor.secret)]

    expect(successor.apiKey.limits).toEqual([RATE, '9/lifetime'])
    expect(third.headers.ratelimit).toMatch(/^"3\/24h";r=0;t=\d+, "9\/lifetime";r=6$/)
    expect([fourth.status, fifth.status]).toEqual([429, 429])
  })

  test('obey a change at once, and what was used stays used', async () => {
    const { get, keyring, owner, apiKey } = await openLimited({ limits: ['2/day'] })
    const key = { tenantId: owner.tenantId, id: apiKey.id }
    await get('/whoami')
    await get('/whoami')
    const before = await get('/whoami')

    await keyring.update({ ...key, limits: ['4/day'] })
    const raised = await get('/whoami')
    await keyring.update({ ...key, limits: null })
    const without = await get('/whoami')

    expect([before.status, raised.status, without.status]).toEqual([429, 200, 200])
    expect(before.body).toMatchObject({ code: 'quota_exceeded', 'violated-policies': ['2/day'] })
    expect(raised.headers.ratelimit).toMatch(/^"4\/day";r=1;/)
    expect(without.headers).not.toHaveProperty('ratelimit')
  })

  test('that are used up for good are 403, which nobody retries', async () => {
    const { get } = await openLimited({ limits: ['1/lifetime'] })
    await get('/whoami')

    const { status, body, headers } = await get('/whoami')

    expect(status).toBe(403)
    expect(body).toMatchObject({ code: 'quota_exhausted', 'violated-policies': ['1/lifetime'] })
    expect(headers).not.toHaveProperty('retry-after')
    expect(headers).not.toHaveProperty('www-authenticate')
  })

  test('survive the process: a quota is counted in the database', async () => {
    const { get, secret } = await openLimited({ limits: ['2/month'] })
    await get('/whoami')
    const another = createApp({ keyring: openKeyring({ databaseUrl: database.url }) }, express)
    const ask = () => request(another).get('/whoami').auth(secret, { type: 'bearer' })

    const statuses = [(await ask()).status, (await ask()).status]

    expect(statuses).toEqual([200, 429])
  })

  test('are handed to onDenied as they would be sent', async () => {
    const { get } = await openLimited(
      { limits: ['1/day'] },
      {},
      {
        onDenied: ({ headers, body }, _req, res) =>
          res.status(420).set(headers).json(body['violated-policies']),
      },
    )
    await get('/whoami')

    const { status, headers, body } = await get('/whoami')

    expect({ status, body }).toEqual({ status: 420, body: ['1/day'] })
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  })
})
