import { describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import { apiKeyRouter, authorizeByKey } from 'express-api-keys/admin'
import request from 'supertest'
import { createApp, frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

describe.each(frameworks)('on $framework, a key with allowedCidrs', ({ express }) => {
  async function openPlaced(allowedCidrs: string[], settings: Record<string, unknown> = {}) {
    const events: ApiKeyEvent[] = []
    const keyring = openKeyring({ databaseUrl: database.url, onEvent: (event) => events.push(event) })
    const owner = await database.addTenant()
    const issued = await keyring.issue({ ...owner, name: 'CI', scopes: ['api-keys:manage'], allowedCidrs })
    const app = express()
    for (const [name, value] of Object.entries(settings)) app.set(name, value)
    app.use('/api-keys', apiKeyRouter({ keyring, authorize: authorizeByKey({ keyring }) }))
    app.use(createApp({ keyring }, express))
    const get = (path: string, headers: Record<string, string> = {}) =>
      request(app).get(path).set(headers).auth(issued.secret, { type: 'bearer' })
    return { ...issued, keyring, get, events }
  }

  test.each<[string[], number]>([
    [['127.0.0.0/8'], 200],
    [['::ffff:127.0.0.0/104'], 200],
    [['10.0.0.0/8', '127.0.0.1'], 200],
    [['10.0.0.0/8'], 403],
    [['12.7.0.0/16', '127.0.0.2/31'], 403],
    [['2001:db8::/32'], 403],
  ])('%j is answered on this machine with %i', async (allowedCidrs, status) => {
    const { get } = await openPlaced(allowedCidrs)

    expect((await get('/whoami')).status).toBe(status)
  })

  test('is refused elsewhere with no challenge and without a word of where it would pass', async () => {
    const { get, events, apiKey } = await openPlaced(['192.0.2.0/24'])

    const { status, headers, text } = await get('/whoami')

    expect(status).toBe(403)
    expect(JSON.parse(text)).toEqual({
      type: 'urn:problem:express-api-keys:forbidden_address',
      title: 'The API key cannot be used from this address.',
      status: 403,
      code: 'forbidden_address',
    })
    expect(headers).not.toHaveProperty('www-authenticate')
    expect(events).toContainEqual(
      expect.objectContaining({
        reason: 'address_forbidden',
        apiKeyId: apiKey.id,
        address: expect.stringContaining('127.0.0.1'),
      }),
    )
  })

  test.each<[what: string, settings: Record<string, unknown>, status: number]>([
    ['no proxy is trusted', {}, 403],
    ['one proxy is trusted', { 'trust proxy': 1 }, 200],
    ['this proxy is trusted', { 'trust proxy': 'loopback' }, 200],
    ['everybody is trusted, so that anybody could claim it', { 'trust proxy': true }, 403],
    ['every IPv6 address is trusted', { 'trust proxy': ['127.0.0.1', '::/1', '8000::/1'] }, 403],
    ['a function trusts everybody', { 'trust proxy': () => true }, 403],
  ])('is found by X-Forwarded-For: where %s', async (_, settings, status) => {
    const { get } = await openPlaced(['192.0.2.0/24'], settings)

    const answer = await get('/whoami', { 'X-Forwarded-For': '192.0.2.7' })

    expect(answer.status).toBe(status)
  })

  test('believes the proxy, not what the client wrote before it', async () => {
    const { get } = await openPlaced(['192.0.2.0/24'], { 'trust proxy': 1 })

    const answer = await get('/whoami', { 'X-Forwarded-For': '192.0.2.7, 198.51.100.1' })

    expect(answer.status).toBe(403)
  })

  test('is held to them by every way in', async () => {
    const { get, keyring, secret } = await openPlaced(['192.0.2.0/24'])

    const managing = await get('/api-keys')
    const verbs = [keyring.authenticate(secret), keyring.authenticateFresh(secret)]
    const outcomes = await Promise.allSettled(verbs)
    const inPlace = await keyring.authenticate(secret, { address: '192.0.2.1' })

    expect(managing.status).toBe(403)
    expect(managing.body.code).toBe('forbidden_address')
    expect(outcomes).toEqual(
      verbs.map(() => ({
        status: 'rejected',
        reason: expect.objectContaining({ code: 'forbidden_address' }),
      })),
    )
    expect(inPlace.apiKey.allowedCidrs).toEqual(['192.0.2.0/24'])
  })

  test('obeys a change at once', async () => {
    const { get, keyring, apiKey } = await openPlaced(['127.0.0.0/8'])
    const key = { tenantId: apiKey.tenantId, id: apiKey.id }
    const before = await get('/whoami')

    await keyring.update({ ...key, allowedCidrs: ['192.0.2.0/24'] })
    const narrowed = await get('/whoami')
    await keyring.update({ ...key, allowedCidrs: null })
    const everywhere = await get('/whoami')

    expect([before.status, narrowed.status, everywhere.status]).toEqual([200, 403, 200])
  })
})
