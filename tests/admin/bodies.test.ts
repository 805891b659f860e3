import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Express, RequestHandler } from 'express'
import type { Keyring } from 'express-api-keys'
import request from 'supertest'
import { asPerson, authorizePerson, createAdminApp } from '../support/admin-app.js'
import { frameworks, serve } from '../support/app.js'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const JSON_TYPE = 'application/json'
const tooLarge = JSON.stringify({ name: 'x'.repeat(16_384) })

// What applications mount before the router, and what they let through.
const situations = [
  { parser: 'no parser before it', before: () => [] },
  { parser: 'express.json() before it', before: ({ json }: Framework) => [json()] },
  {
    parser: 'express.text() for JSON before it',
    before: ({ text }: Framework) => [text({ type: JSON_TYPE })],
  },
  { parser: 'express.raw() for JSON before it', before: ({ raw }: Framework) => [raw({ type: JSON_TYPE })] },
  {
    parser: 'express.urlencoded() before it',
    before: ({ urlencoded }: Framework) => [urlencoded({ extended: true })],
  },
]
type Framework = (typeof frameworks)[number]['express']
const settings = frameworks.flatMap(({ framework, express }) =>
  situations.map(({ parser, before }) => ({ framework, parser, express, before: before(express) })),
)

describe.each(settings)('on $framework, with $parser', ({ express, before }) => {
  let keyring: Keyring
  let app: Express
  let owner: TenantWithUser
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url })
    app = createAdminApp({ keyring, authorize: authorizePerson, before }, express)
    owner = await database.addTenant()
  })

  const post = (body: string | Buffer | undefined, type: string | null = JSON_TYPE, path = '/api-keys') => {
    const sent = request(app).post(path).set(asPerson(owner))
    if (type !== null) sent.set('content-type', type)
    // As it is: supertest would turn it into JSON once more.
    return body === undefined ? sent : sent.serialize((text: unknown) => String(text)).send(body)
  }

  test.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8'])(
    'takes a body of type %s',
    async (type) => {
      const { status, body } = await post('{"name":"CI"}', type)

      expect(status).toBe(201)
      expect(body.apiKey.name).toBe('CI')
    },
  )

  test('takes a request without a body where every field may be left out', async () => {
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })

    const { status } = await post(undefined, null, `/api-keys/${apiKey.id}/revoke`)

    expect(status).toBe(200)
  })

  test.each([
    ['a list', '[]'],
    ['a list of one object', '[{"name":"CI"}]'],
    ['an empty object', '{}'],
    ['a name that is no text', '{"name":{"contains":""}}'],
    ['an unknown field', '{"name":"CI","role":"admin"}'],
    ['a tenant', '{"name":"CI","tenantId":"6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a02"}'],
    ['a user', '{"name":"CI","userId":"6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a12"}'],
    ['the name __proto__', '{"name":"CI","__proto__":{"scopes":["*"]}}'],
    ['the name __proto__ deep inside', '{"name":"CI","metadata":{"a":[{"__proto__":{"b":1}}]}}'],
    ['an escaped __proto__', '{"name":"CI","metadata":{"\\u005f_proto__":1}}'],
    ['deep nesting', `{"name":"CI","metadata":{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}}`],
  ])('refuses %s as a 400', async (_, text) => {
    const { status, headers, body } = await post(text)

    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json'])
    expect(body).toEqual({
      type: 'urn:problem:express-api-keys:invalid_input',
      title: 'The request is not valid.',
      status: 400,
      code: 'invalid_input',
      errors: [{ field: expect.any(String), message: expect.any(String) }],
    })
  })

  test.each([
    ['a form', 'name=CI', 'application/x-www-form-urlencoded'],
    ['a text', '{"name":"CI"}', 'text/plain'],
    ['no type', '{"name":"CI"}', null],
    ['another JSON', '{"name":"CI"}', 'application/vnd.api+json'],
    ['an empty form', '', 'application/x-www-form-urlencoded'],
  ])('refuses a body sent as %s with 415', async (_, text, type) => {
    const { status, body } = await post(text, type)

    expect([status, body.code]).toEqual([415, 'unsupported_media_type'])
  })

  test('refuses a body of more than 16 KiB with 413', async () => {
    const { status, body } = await post(tooLarge)

    expect([status, body.code]).toEqual([413, 'content_too_large'])
  })

  test('refuses a body of more than 16 KiB that comes without its length', async () => {
    const sent = request(app).post('/api-keys').set(asPerson(owner)).set('content-type', JSON_TYPE)
    for (let at = 0; at < tooLarge.length; at += 1_000) sent.write(tooLarge.slice(at, at + 1_000))

    const { status, body } = await sent

    expect([status, body.code]).toEqual([413, 'content_too_large'])
  })
})

describe.each(frameworks)('on $framework, a body that only the router reads', ({ express }) => {
  let app: Express
  let headers: Record<string, string>
  beforeAll(async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    app = createAdminApp({ keyring, authorize: authorizePerson }, express)
    headers = { ...asPerson(await database.addTenant()), 'content-type': JSON_TYPE }
  })
  const post = (body: string | Buffer, more: Record<string, string> = {}) =>
    request(app)
      .post('/api-keys')
      .set({ ...headers, ...more })
      .serialize((text: unknown) => String(text))
      .send(body)

  test.each(['{', '{"name":"CI"', '{"name":"CI"}}', "{'name':'CI'}", '"CI"', 'null', '1', 'NaN'])(
    'is refused when it is %s',
    async (text) => {
      const { status, body } = await post(text)

      expect([status, body.errors]).toEqual([400, [{ field: 'body', message: 'must be a JSON object' }]])
    },
  )

  test.each([
    ['compressed', gzipSync('{"name":"CI"}'), { 'content-encoding': 'gzip' }],
    ['in another charset', '{"name":"CI"}', { 'content-type': 'application/json; charset=latin1' }],
  ])('is refused when it comes %s', async (_, content, more) => {
    const { status, body } = await post(content, more)

    expect([status, body.code]).toEqual([415, 'unsupported_media_type'])
  })
})

test('a body that does not arrive within 10 seconds is refused', async () => {
  const keyring = openKeyring({ databaseUrl: database.url })
  const served = await serve(createAdminApp({ keyring, authorize: authorizePerson }))
  const headers = {
    ...asPerson(await database.addTenant()),
    'content-type': JSON_TYPE,
    'content-length': 100,
  }
  const sent = httpRequest(`${served.url}/api-keys`, { method: 'POST', headers })
  sent.write('{')

  const [answer] = await once(sent, 'response')
  sent.destroy()
  await served.close()

  expect(answer.statusCode).toBe(400)
}, 30_000)

describe.each(frameworks)('on $framework, a request without a body', ({ express }) => {
  test.each([
    ['same-origin', 200],
    ['none', 200],
    ['cross-site', 415],
  ])('that a browser calls %s is answered with %i', async (site, expected) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const app = createAdminApp({ keyring, authorize: authorizePerson }, express)
    const owner = await database.addTenant()
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })

    const { status } = await request(app)
      .post(`/api-keys/${apiKey.id}/revoke`)
      .set({ ...asPerson(owner), 'sec-fetch-site': site })

    expect(status).toBe(expected)
  })

  test('that another middleware swallowed is an error of the application, never an empty body', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const swallow: RequestHandler = (req, _res, next) => {
      req.resume().once('end', next)
    }
    const app = createAdminApp({ keyring, authorize: authorizePerson, before: [swallow] }, express)
    const owner = await database.addTenant()
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })

    const { status } = await request(app)
      .post(`/api-keys/${apiKey.id}/rotate`)
      .set(asPerson(owner))
      .send({ graceMs: 60_000 })

    expect(status).toBe(500)
    expect(await keyring.get({ tenantId: owner.tenantId, id: apiKey.id })).toEqual(apiKey)
  })
})
