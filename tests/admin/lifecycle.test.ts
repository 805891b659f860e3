import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Express, Request } from 'express'
import { apiKeyAuth, type Keyring } from 'express-api-keys'
import request from 'supertest'
import { asPerson, authorizePerson, createAdminApp } from '../support/admin-app.js'
import { frameworks, serve } from '../support/app.js'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

describe.each(frameworks)('on $framework, over HTTP, an API key', ({ express }) => {
  let keyring: Keyring
  let app: Express
  let owner: TenantWithUser
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url, cache: false })
    app = createAdminApp({ keyring, authorize: authorizePerson }, express)
    app.use(apiKeyAuth({ keyring }))
    app.get('/whoami', ({ apiKey }, res) => {
      res.json({ apiKey })
    })
    owner = await database.addTenant()
  })

  const post = (path: string, body: object = {}, person: TenantWithUser = owner) =>
    request(app).post(`/api-keys${path}`).set(asPerson(person)).send(body)
  const get = (path: string, person: TenantWithUser = owner) =>
    request(app).get(`/api-keys${path}`).set(asPerson(person))
  const use = async (secret: string) =>
    (await request(app).get('/whoami').auth(secret, { type: 'bearer' })).status

  test('is issued with everything that was asked for', async () => {
    const asked = {
      name: 'Orders, nightly',
      scopes: ['orders:read'],
      expiresAt: '2100-01-01T00:00:00.000Z',
      limits: ['10/s', '100000/month'],
      allowedCidrs: ['127.0.0.0/8', '2001:db8::/32'],
      metadata: { team: 'north', ids: [1, { deep: null }] },
    }

    const { body } = await post('/', asked)

    expect(body.apiKey).toEqual({
      ...asked,
      ...owner,
      id: expect.any(String),
      keyPrefix: expect.stringMatching(/^ak_.{4}$/),
      status: 'active',
      lastUsedAt: null,
      createdAt: expect.any(String),
      rotatedFromId: null,
      rotatedAt: null,
      revokedAt: null,
      revokedReason: null,
      version: 1,
    })
    expect(Object.keys(body)).toEqual(['apiKey', 'secret'])
    expect(await use(body.secret)).toBe(200)
  })

  test('is rotated with a grace in which both pass', async () => {
    const first = await post('/', { name: 'CI' })

    const second = await post(`/${first.body.apiKey.id}/rotate`, { graceMs: 60_000 })

    expect(second.body.apiKey).toMatchObject({ name: 'CI', rotatedFromId: first.body.apiKey.id })
    expect([await use(first.body.secret), await use(second.body.secret)]).toEqual([200, 200])
  })

  test('is rotated without a grace, and at once refused', async () => {
    const first = await post('/', { name: 'CI' })

    const second = await post(`/${first.body.apiKey.id}/rotate`)

    expect([await use(first.body.secret), await use(second.body.secret)]).toEqual([401, 200])
  })

  test('is rotated once: of many that ask, one gets a secret', async () => {
    const { body } = await post('/', { name: 'CI' })

    const answers = await Promise.all(Array.from({ length: 6 }, () => post(`/${body.apiKey.id}/rotate`)))

    const refused = answers.filter(({ status }) => status === 409)
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(5).fill(409)])
    expect(new Set(refused.map((answer) => answer.body.detail))).toEqual(
      new Set(['The API key was rotated before.']),
    )
  })

  test('is revoked with all of its chain, and stays so', async () => {
    const first = await post('/', { name: 'CI' })
    const second = await post(`/${first.body.apiKey.id}/rotate`, { graceMs: 60_000 })

    const revoked = await post(`/${first.body.apiKey.id}/revoke`, { reason: 'leaked', family: true })
    const again = await post(`/${first.body.apiKey.id}/revoke`, { reason: 'another reason' })

    expect([await use(first.body.secret), await use(second.body.secret)]).toEqual([401, 401])
    expect(revoked.body.apiKey).toMatchObject({ status: 'revoked', revokedReason: 'leaked' })
    expect([again.status, again.body]).toEqual([200, revoked.body])
  })

  test('that is revoked can neither be changed nor rotated: a conflict that names its status', async () => {
    const { body } = await post('/', { name: 'CI' })
    await post(`/${body.apiKey.id}/revoke`)

    const changed = await request(app)
      .patch(`/api-keys/${body.apiKey.id}`)
      .set(asPerson(owner))
      .send({ name: 'CD' })
    const rotated = await post(`/${body.apiKey.id}/rotate`)

    for (const answer of [changed, rotated]) {
      expect(answer.body).toEqual({
        type: 'urn:problem:express-api-keys:conflict',
        title: 'The status of the API key does not allow this.',
        status: 409,
        code: 'conflict',
        detail: 'The API key is revoked.',
      })
    }
  })

  test('is found by page, status, user and text', async () => {
    const person = await database.addTenant()
    const ids: string[] = []
    for (const name of ['one', 'two 100%', 'three', 'four_', 'five']) {
      ids.unshift((await post('/', { name }, person)).body.apiKey.id)
    }
    await post(`/${ids[0]}/revoke`, {}, person)
    const idsOf = async (query: string) =>
      (await get(query, person)).body.apiKeys.map(({ id }: { id: string }) => id)

    const first = await get('/?limit=2', person)
    const rest = await idsOf(`/?limit=200&cursor=${first.body.nextCursor}`)

    expect([...first.body.apiKeys.map(({ id }: { id: string }) => id), ...rest]).toEqual(ids)
    expect(await idsOf('/?status=revoked')).toEqual([ids[0]])
    expect(await idsOf(`/?status=active&userId=${person.userId}`)).toEqual(ids.slice(1))
    expect(await idsOf('/?text=100%25')).toEqual([ids[3]])
    expect(await idsOf('/?text=_')).toEqual(expect.arrayContaining([ids[1]]))
  })

  test('has a trail that tells who did what, newest first', async () => {
    const { body } = await post('/', { name: 'CI' })
    await request(app).patch(`/api-keys/${body.apiKey.id}`).set(asPerson(owner)).send({ name: 'CD' })
    await post(`/${body.apiKey.id}/revoke`, { reason: 'leaked' })

    const first = await get(`/${body.apiKey.id}/events?limit=1`)
    const rest = await get(`/${body.apiKey.id}/events?cursor=${first.body.nextCursor}`)

    const events = [...first.body.events, ...rest.body.events]
    expect(events.map(({ type }) => type)).toEqual(['revoked', 'updated', 'issued'])
    expect(events[1].details).toEqual({ before: { name: 'CI' }, after: { name: 'CD' } })
    for (const { actor } of events) {
      expect(actor).toEqual({
        kind: 'user',
        id: owner.userId,
        address: expect.stringMatching(/127\.0\.0\.1$|^::1$/),
      })
    }
  })

  const thisMachine = expect.stringMatching(/127\.0\.0\.1$|^::1$/)
  test.each([
    [1, '203.0.113.7', '203.0.113.7'],
    [1, '203.0.113.7:5678', '203.0.113.7'],
    [1, '2001:db8::1', '2001:db8::1'],
    [1, 'fe80::1%approved-by-root', 'fe80::1'],
    [1, `fe80::1%${'x'.repeat(500)}`, 'fe80::1'],
    [1, 'x'.repeat(500), thisMachine],
    [1, 'no "address"', thisMachine],
    [true, '203.0.113.7', thisMachine],
    [false, '203.0.113.7', thisMachine],
  ])('with "trust proxy" %j is issued from where it names: %s', async (trust, forwardedFor, address) => {
    const behindProxy = createAdminApp({ keyring, authorize: authorizePerson }, express)
    behindProxy.set('trust proxy', trust)

    const { body } = await request(behindProxy)
      .post('/api-keys')
      .set({ ...asPerson(owner), 'x-forwarded-for': forwardedFor })
      .send({ name: 'CI' })

    const { events } = await keyring.events({ tenantId: owner.tenantId, id: body.apiKey.id })
    expect(events.map(({ actor }) => actor.address)).toEqual([address])
  })

  test('is revoked from somewhere, even if the client hangs up meanwhile', async () => {
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })
    const authorize = async (req: Request) => {
      await sleep(100)
      return authorizePerson(req)
    }
    const { port, close } = await serve(createAdminApp({ keyring, authorize }, express))
    const socket = connect(port, '127.0.0.1')
    const session = `x-session: ${asPerson(owner)['x-session']}`
    socket.write(`POST /api-keys/${apiKey.id}/revoke HTTP/1.1\r\nHost: test\r\n${session}\r\n\r\n`)
    await sleep(50)
    socket.resetAndDestroy()
    await sleep(500)

    const { events } = await keyring.events({ tenantId: owner.tenantId, id: apiKey.id })

    await close()
    expect(events[0]).toMatchObject({ type: 'revoked', actor: { address: thisMachine } })
  })

  test('that was pruned is not found, but its trail is', async () => {
    const { body } = await post('/', { name: 'CI' })
    await post(`/${body.apiKey.id}/revoke`)
    await new Promise((resolve) => setTimeout(resolve, 10))
    await keyring.prune({ tenantId: owner.tenantId, olderThanMs: 1 })

    const record = await get(`/${body.apiKey.id}`)
    const trail = await get(`/${body.apiKey.id}/events`)
    const ofOther = await get(`/${body.apiKey.id}/events`, await database.addTenant())

    expect([record.status, trail.status, ofOther.status]).toEqual([404, 200, 404])
    expect(trail.body.events[0].type).toBe('pruned')
  })
})
