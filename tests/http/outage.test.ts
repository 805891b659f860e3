import { describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent, KeyringOptions } from 'express-api-keys'
import request from 'supertest'
import { createApp } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openTcpProxy } from '../support/tcp-proxy.js'

const database = useDatabase()
const QUERY_TIMEOUT_MS = 1_000

async function openApp(options: KeyringOptions = {}) {
  const { secret } = await openKeyring({ databaseUrl: database.url }).issue({
    ...(await database.addTenant()),
    name: 'CI',
  })
  const proxy = await openTcpProxy(database.url)
  const refusals: ApiKeyEvent[] = []
  const keyring = openKeyring({
    databaseUrl: proxy.url,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
    ...options,
    onEvent: (event) => event.type === 'refused' && refusals.push(event),
  })
  const app = createApp({ keyring })
  return { proxy, refusals, whoami: () => request(app).get('/whoami').auth(secret, { type: 'bearer' }) }
}

/** The first answer that is no 503, or the last of a few. */
async function untilPassed<Answer extends { status: number }>(
  whoami: () => PromiseLike<Answer>,
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await whoami()
    if (answer.status !== 503 || tries === 5) return answer
  }
}

describe('while the database is stopped', () => {
  test('every key is answered with 503, and passes again once it is back', async () => {
    const { proxy, whoami } = await openApp()

    const before = await whoami()
    await proxy.stop()
    const during = [await whoami(), await whoami(), await whoami()]
    await proxy.start()
    const after = await whoami()

    expect(before.status).toBe(200)
    expect(during.map(({ status }) => status)).toEqual([503, 503, 503])
    expect(after.status).toBe(200)
  })

  test('an app that starts then serves as soon as the database does', async () => {
    const { proxy, whoami } = await openApp()
    await proxy.stop()

    const first = await whoami()
    await proxy.start()
    const second = await whoami()

    expect([first.status, second.status]).toEqual([503, 200])
  })

  test('the answer names neither the host nor the error; the observer gets the cause', async () => {
    const { proxy, refusals, whoami } = await openApp()
    await proxy.stop()

    const { headers, body } = await whoami()

    expect(headers['retry-after']).toBe('1')
    expect(headers['www-authenticate']).toBeUndefined()
    expect(body).toEqual({
      type: 'urn:problem:express-api-keys:store_unavailable',
      title: 'API keys cannot be checked at the moment.',
      status: 503,
      code: 'store_unavailable',
    })
    expect(refusals).toMatchObject([{ reason: 'store_failed', cause: { message: expect.any(String) } }])
  })
})

describe('a database that no longer answers', () => {
  test('costs a request at most the time limit, and the pool recovers', async () => {
    // Nothing is kept, for a kept key would pass until the lease ends.
    const { proxy, refusals, whoami } = await openApp({ cache: false })
    // On a busy machine the first answer of a connection may itself take too long.
    await untilPassed(whoami)
    refusals.length = 0

    proxy.freeze()
    const frozen = await Promise.all(Array.from({ length: 20 }, () => whoami()))
    const refusedWhileFrozen = refusals.length
    proxy.unfreeze()
    await new Promise((resolve) => setTimeout(resolve, QUERY_TIMEOUT_MS))
    const after = await untilPassed(whoami)

    expect(new Set(frozen.map(({ status }) => status))).toEqual(new Set([503]))
    expect(refusedWhileFrozen).toBe(20)
    expect(after.status).toBe(200)
  })
})

describe('a closed keyring', () => {
  test('refuses with 503 instead of hanging', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const app = createApp({ keyring })

    await keyring.close()
    await keyring.close()
    const { status } = await request(app).get('/whoami').auth(secret, { type: 'bearer' })

    expect(status).toBe(503)
  })
})
