import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { NextFunction, Request, Response } from 'express'
import { type ApiKeyEvent, apiKeyAuth, type Keyring, requireAnyScope, requireScope } from 'express-api-keys'
import { createMemoryKeyring } from 'express-api-keys/testing'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { noteSecret } from '../support/keyring.js'

const owner = { tenantId: 't1', userId: 'u1', name: 'CI' }
const pass = (_req: Request, res: Response) => {
  res.json({ passed: true })
}

describe.each(frameworks)('on $framework, a denial', ({ express }) => {
  const open = async (...limits: [] | ['1/day' | '1/lifetime']) => {
    const events: ApiKeyEvent[] = []
    const keyring = createMemoryKeyring({ onEvent: (event) => events.push(event) })
    const { secret } = await keyring.issue({ ...owner, ...(limits.length === 0 ? {} : { limits }) })
    noteSecret(secret)
    return { keyring, secret, events }
  }

  test('names the scopes of the guard that refused, and not those of one before', async () => {
    const { keyring, secret } = await open()
    const app = express().use(apiKeyAuth({ keyring, realm: 'shop' }))
    app.get('/one', requireScope('a'), pass)
    app.get('/both', requireScope('b', 'c'), pass)
    app.get('/either', requireAnyScope('d', 'e'), pass)
    const ask = async (path: string) => {
      const { body, headers } = await request(app).get(path).auth(secret, { type: 'bearer' })
      const { requiredScopes, requiredAnyScope } = body
      return { requiredScopes, requiredAnyScope, challenge: headers['www-authenticate'] }
    }

    const asked = [await ask('/one'), await ask('/both'), await ask('/either')]

    const challenge = (scopes: string) => `Bearer realm="shop", error="insufficient_scope", scope="${scopes}"`
    expect(asked).toEqual([
      { requiredScopes: ['a'], challenge: challenge('a') },
      { requiredScopes: ['b', 'c'], challenge: challenge('b c') },
      { requiredAnyScope: ['d', 'e'], challenge: challenge('d e') },
    ])
  })

  test('names the limit that the request was over, of whichever key', async () => {
    const [daily, once] = [await open('1/day'), await open('1/lifetime')]
    const ask = async ({ keyring, secret }: typeof daily) => {
      const app = express().use(apiKeyAuth({ keyring }), pass)
      const get = () => request(app).get('/').auth(secret, { type: 'bearer' })
      await get()
      const { body, headers } = await get()
      return { code: body.code, policies: body['violated-policies'], waits: 'retry-after' in headers }
    }

    expect([await ask(daily), await ask(once)]).toEqual([
      { code: 'quota_exceeded', policies: ['1/day'], waits: true },
      { code: 'quota_exhausted', policies: ['1/lifetime'], waits: false },
    ])
  })

  test('names no scopes and no limits where there are none to name', async () => {
    const { keyring } = await open()
    const app = express().use(apiKeyAuth({ keyring }), pass)

    const { body, headers } = await request(app).get('/')

    expect(Object.keys(body)).toEqual(['type', 'title', 'status', 'code'])
    expect(headers['www-authenticate']).toBe('Bearer realm="api"')
  })

  test('comes too late for what a host has answered meanwhile, and is no error', async () => {
    const { keyring, secret, events } = await open()
    const slow: Keyring = {
      ...keyring,
      authenticate: async () => {
        await sleep(40)
        throw new Error('the database is slow')
      },
    }
    const errors: unknown[] = []
    const app = express()
    app.use((_req, res, next) => {
      setTimeout(() => res.status(408).end(), 5)
      next()
    })
    app.use(apiKeyAuth({ keyring: slow, onEvent: (event) => events.push(event) }), pass)
    app.use((error: unknown, _req: Request, _res: Response, _next: NextFunction) => {
      errors.push(error)
    })

    const { status } = await request(app).get('/').auth(secret, { type: 'bearer' })
    await sleep(60)

    expect(status).toBe(408)
    expect(errors).toEqual([])
    expect(events).toMatchObject([{ type: 'refused', reason: 'store_failed', waitedMs: expect.any(Number) }])
  })

  test('and an admission tell how long the request waited, where it did', async () => {
    const [known, counted] = [await open(), await open('1/day')]
    const ask = async ({ keyring, secret }: typeof known) => {
      const app = express().use(apiKeyAuth({ keyring }), pass)
      for (let n = 0; n < 2; n += 1) await request(app).get('/').auth(secret, { type: 'bearer' })
    }

    await ask(known)
    await ask(counted)

    const admitted = { type: 'authenticated', cached: true, tenantId: 't1', userId: 'u1' }
    expect(known.events).toEqual(Array(2).fill(expect.objectContaining(admitted)))
    expect(known.events.filter((event) => 'waitedMs' in event)).toEqual([])
    const waits = counted.events.map((event) => ('waitedMs' in event ? Number(event.waitedMs) : -1))
    expect(waits).toHaveLength(2)
    expect(waits.every((ms) => ms >= 0 && ms < 10_000)).toBe(true)
  })
})
