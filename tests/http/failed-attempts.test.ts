import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent, LimitOptions } from 'express-api-keys'
import request from 'supertest'
import { secretFormat } from '../../src/key/secret.js'
import { createApp, frameworks, serve } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'
import { openTcpProxy } from '../support/tcp-proxy.js'

const database = useDatabase()

describe.each(frameworks)('on $framework, failed attempts', ({ express }) => {
  async function openCounting(limits: LimitOptions, settings: Record<string, unknown> = {}) {
    const events: ApiKeyEvent[] = []
    const { prisma, countQueries } = openPrisma(database)
    const keyring = openKeyring({ prisma, cache: false, limits, onEvent: (event) => events.push(event) })
    const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const app = express()
    for (const [name, value] of Object.entries(settings)) app.set(name, value)
    app.use(createApp({ keyring }, express))
    const get = (bearer: string, headers: Record<string, string> = {}) =>
      request(app).get('/whoami').set(headers).set('Authorization', `Bearer ${bearer}`)
    const spoil = async (times: number, headers: Record<string, string> = {}) => {
      const statuses = []
      for (let n = 0; n < times; n += 1) statuses.push((await get(`junk-${n}`, headers)).status)
      return statuses
    }
    return { keyring, apiKey, secret, get, spoil, events, countQueries }
  }

  test('beyond their number are answered with 429, and so is a good key from there, without a query', async () => {
    const { secret, get, spoil, events, countQueries } = await openCounting({ failedAttempts: '5/24h' })
    const statuses = await spoil(5)
    countQueries()

    const [bad, good] = [await get('junk'), await get(secret)]

    expect(statuses).toEqual([401, 401, 401, 401, 401])
    expect([bad.status, good.status]).toEqual([429, 429])
    expect(good.text).toBe(bad.text)
    expect(good.body).toMatchObject({ code: 'rate_limited', 'violated-policies': ['failed-attempts'] })
    expect(Number(good.headers['retry-after'])).toBeGreaterThan(0)
    expect(countQueries()).toBe(0)
    expect(events.at(-1)).toMatchObject({ reason: 'attempts_exhausted', address: expect.any(String) })
  })

  test('of revoked keys count, good requests do not', async () => {
    const { keyring, apiKey, secret, get } = await openCounting({ failedAttempts: '3/24h' })
    for (let n = 0; n < 9; n += 1) expect((await get(secret)).status).toBe(200)
    await keyring.revoke({ tenantId: apiKey.tenantId, id: apiKey.id })

    const statuses = []
    for (let n = 0; n < 4; n += 1) statuses.push((await get(secret)).status)

    expect(statuses).toEqual([401, 401, 401, 429])
  })

  test('keep one count, whatever addresses the client claims', async () => {
    const { secret, get, spoil } = await openCounting({ failedAttempts: '6/24h' })
    for (let n = 0; n < 6; n += 1) await spoil(1, { 'X-Forwarded-For': `192.0.2.${n}` })

    expect((await get(secret, { 'X-Forwarded-For': '198.51.100.1' })).status).toBe(429)
  })

  test('keep one count also in an app that trusts everybody', async () => {
    const { secret, get, spoil } = await openCounting({ failedAttempts: '6/24h' }, { 'trust proxy': true })
    for (let n = 0; n < 6; n += 1) await spoil(1, { 'X-Forwarded-For': `192.0.2.${n}` })

    expect((await get(secret, { 'X-Forwarded-For': '198.51.100.1' })).status).toBe(429)
  })

  test('are those of a client behind a proxy that is trusted, and of no other', async () => {
    const { secret, get, spoil } = await openCounting({ failedAttempts: '6/24h' }, { 'trust proxy': 1 })
    await spoil(6, { 'X-Forwarded-For': '192.0.2.1' })

    expect((await get(secret, { 'X-Forwarded-For': '192.0.2.1' })).status).toBe(429)
    expect((await get(secret, { 'X-Forwarded-For': '192.0.2.2' })).status).toBe(200)
  })

  test('keep one count where a proxy names no address, or also ports and zones', async () => {
    const { get, spoil } = await openCounting({ failedAttempts: '6/24h' }, { 'trust proxy': 1 })
    for (let n = 0; n < 6; n += 1) {
      await spoil(1, { 'X-Forwarded-For': `192.0.2.1:${5_000 + n}` })
      await spoil(1, { 'X-Forwarded-For': `[2001:db8::1%eth${n}]:80` })
      await spoil(1, { 'X-Forwarded-For': `unknown-${n}` })
    }

    const statuses = []
    for (const from of ['192.0.2.1', '2001:db8::1', 'unknown', '192.0.2.2']) {
      statuses.push((await get('junk', { 'X-Forwarded-For': from })).status)
    }

    expect(statuses).toEqual([429, 429, 429, 401])
  })

  test('are 100 a minute where nothing else is said, and without an end where that is switched off', async () => {
    const usual = await openCounting({})
    const endless = await openCounting({ failedAttempts: false })

    const statuses = await usual.spoil(130)

    expect(statuses.slice(0, 100)).toEqual(Array(100).fill(401))
    // The minute may have ended once meanwhile.
    expect(statuses).toContain(429)
    expect(new Set(await endless.spoil(130))).toEqual(new Set([401]))
  })

  test('count also for a client that hangs up before it is answered', async () => {
    const proxy = await openTcpProxy(database.url)
    const keyring = openKeyring({ databaseUrl: proxy.url, cache: false, limits: { failedAttempts: '3/24h' } })
    await keyring.health()
    proxy.delay(100)
    const { url, port, close } = await serve(createApp({ keyring }, express))
    for (let n = 0; n < 3; n += 1) {
      const socket = connect(port, '127.0.0.1')
      const { secret } = secretFormat('ak').generate()
      socket.write(`GET /whoami HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${secret}\r\n\r\n`)
      await sleep(50)
      socket.resetAndDestroy()
    }
    await sleep(1_000)

    const { status } = await fetch(`${url}/whoami`, { headers: { authorization: 'Bearer junk' } })

    await close()
    expect(status).toBe(429)
  })

  test('of many connections at once do not go beyond their number', async () => {
    const { get, secret } = await openCounting({ failedAttempts: '5/24h' })
    const guesses = Array.from({ length: 30 }, () => get(secretFormat('ak').generate().secret))

    const statuses = (await Promise.all(guesses)).map(({ status }) => status)

    expect(statuses.toSorted()).toEqual([...Array(5).fill(401), ...Array(25).fill(429)])
    expect((await get(secret)).status).toBe(429)
  })

  test('do not keep out many good keys that come at once from one address', async () => {
    const { get, keyring, apiKey } = await openCounting({ failedAttempts: '5/24h' })
    const { tenantId, userId } = apiKey
    const issuing = Array.from({ length: 30 }, (_, n) => keyring.issue({ tenantId, userId, name: `CI ${n}` }))
    const issued = await Promise.all(issuing)

    const answers = await Promise.all(issued.map(({ secret }) => get(secret)))

    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200))
  })

  test('are not those where the database failed', async () => {
    const keyring = openKeyring({
      databaseUrl: 'postgresql://postgres@127.0.0.1:9/nowhere',
      limits: { failedAttempts: '2/24h' },
      queryTimeoutMs: 300,
    })
    const app = createApp({ keyring }, express)
    const secret = `ak_${'0'.repeat(43)}`
    const wellFormed = secretFormat('ak').generate().secret

    const statuses = []
    for (let n = 0; n < 5; n += 1) {
      statuses.push((await request(app).get('/whoami').auth(wellFormed, { type: 'bearer' })).status)
    }

    expect(statuses).toEqual([503, 503, 503, 503, 503])
    expect((await request(app).get('/whoami').auth(secret, { type: 'bearer' })).status).toBe(401)
  })
})
