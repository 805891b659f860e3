import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Express } from 'express'
import type { Keyring } from 'express-api-keys'
import request from 'supertest'
import { asPerson, authorizePerson, createAdminApp } from '../support/admin-app.js'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

describe('a field of a request', () => {
  let keyring: Keyring
  let app: Express
  let owner: TenantWithUser
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url })
    app = createAdminApp({ keyring, authorize: authorizePerson })
    owner = await database.addTenant()
  })

  const issue = (body: object) => request(app).post('/api-keys').set(asPerson(owner)).send(body)
  const target = async () => (await keyring.issue({ ...owner, name: 'CI' })).apiKey
  const fieldsOf = ({ body }: { body: { errors?: { field: string }[] } }) =>
    body.errors?.map(({ field }) => field)

  test.each<[string, object]>([
    ['name', {}],
    ['name', { name: '' }],
    ['name', { name: '   ' }],
    ['name', { name: null }],
    ['name', { name: 'x'.repeat(201) }],
    ['name', { name: 'nul\0' }],
    ['name', { name: 'half \ud800' }],
    ['scopes', { name: 'CI', scopes: 'orders:read' }],
    ['scopes', { name: 'CI', scopes: ['Orders'] }],
    ['scopes', { name: 'CI', scopes: [['orders']] }],
    ['scopes', { name: 'CI', scopes: Array(101).fill('orders') }],
    ['scopes', { name: 'CI', scopes: { length: 0 } }],
    ['scopes', { name: 'CI', scopes: null }],
    ['expiresAt', { name: 'CI', expiresAt: 'tomorrow' }],
    ['expiresAt', { name: 'CI', expiresAt: '2100-01-01' }],
    ['expiresAt', { name: 'CI', expiresAt: '2100-01-01T00:00:00' }],
    ['expiresAt', { name: 'CI', expiresAt: '2100-02-30T00:00:00Z' }],
    ['expiresAt', { name: 'CI', expiresAt: '+275760-09-13T00:00:00Z' }],
    ['expiresAt', { name: 'CI', expiresAt: 4102444800000 }],
    ['expiresAt', { name: 'CI', expiresAt: '2001-01-01T00:00:00Z' }],
    ['metadata', { name: 'CI', metadata: null }],
    ['metadata', { name: 'CI', metadata: ['a'] }],
    ['metadata', { name: 'CI', metadata: { a: 'nul\0' } }],
    ['metadata', { name: 'CI', metadata: { a: 'half \udfff' } }],
    ['metadata', { name: 'CI', metadata: { a: 'x'.repeat(4_096) } }],
    ['expiresat', { name: 'CI', expiresat: null }],
    ['constructor', { name: 'CI', constructor: {} }],
  ])('%s is refused in %j', async (field, body) => {
    const answer = await issue(body)

    expect([answer.status, fieldsOf(answer)]).toEqual([400, [field]])
  })

  test.each<[string, string, object]>([
    ['graceMs', 'rotate', { graceMs: -1 }],
    ['graceMs', 'rotate', { graceMs: 1.5 }],
    ['graceMs', 'rotate', { graceMs: '1000' }],
    ['graceMs', 'rotate', { graceMs: 1e15 }],
    ['graceFrom', 'rotate', { graceFrom: 'later' }],
    ['deadlineMs', 'rotate', { deadlineMs: 1_000 }],
    ['deadlineMs', 'rotate', { graceFrom: 'first-use', deadlineMs: 0 }],
    ['reason', 'revoke', { reason: 'x'.repeat(501) }],
    ['reason', 'revoke', { reason: 1 }],
    ['family', 'revoke', { family: 'true' }],
    ['idempotency', 'rotate', { idempotency: { key: 'a', digest: 'b' } }],
    ['issuer', 'revoke', { issuer: {} }],
    ['actor', 'revoke', { actor: { kind: 'system' } }],
  ])('%s is refused in a %s of %j', async (field, verb, body) => {
    const { id } = await target()

    const answer = await request(app).post(`/api-keys/${id}/${verb}`).set(asPerson(owner)).send(body)

    expect([answer.status, fieldsOf(answer)]).toEqual([400, [field]])
  })

  test('has one entry among the errors, however much is wrong with it', async () => {
    const answer = await issue({ name: 1, scopes: ['A', 'B', 'C'], expiresAt: 'x', role: 1 })

    expect(answer.body.errors).toEqual([
      { field: 'name', message: 'must be a text of 1 to 200 characters' },
      {
        field: 'scopes',
        message: 'must be a list of at most 100 scopes such as "orders:read", "orders:*" or "*"',
      },
      { field: 'expiresAt', message: 'must be a date and time such as 2027-01-31T12:00:00Z, or null' },
      { field: 'role', message: 'is no field of this request' },
    ])
  })

  test('cannot make the answer long by not being known', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`field${at}`, 1]))

    const { body } = await issue({ name: 'CI', ...unknown })

    expect(body.errors).toHaveLength(50)
  })

  test('must not hold a secret: it would be kept', async () => {
    const { secret } = await keyring.issue({ ...owner, name: 'leaked' })
    const { id } = await target()

    const answers = await Promise.all([
      issue({ name: `was ${secret}` }),
      issue({ name: 'CI', metadata: { old: [secret] } }),
      issue({ name: 'CI', metadata: { env: `KEY:\n${secret}\r\n` } }),
      ...['\t', '\r', '\f', '\b', '\u2028'].map((before) =>
        issue({ name: 'CI', metadata: { env: `KEY=${before}${secret}${before}` } }),
      ),
      issue({ name: 'CI', metadata: { deep: [{ [secret]: '\t' }] } }),
      request(app)
        .post(`/api-keys/${id}/revoke`)
        .set(asPerson(owner))
        .send({ reason: `leaked: ${secret}` }),
    ])

    expect(answers.map(({ status, body }) => [status, body.errors])).toEqual(
      answers.map(() => [400, [{ field: 'body', message: 'must not contain a secret' }]]),
    )
  })

  test.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=201'],
    ['limit', 'limit=1e1'],
    ['limit', 'limit=0x10'],
    ['limit', 'limit=%205'],
    ['limit', 'limit='],
    ['limit', 'limit=-1'],
    ['limit', 'limit=1&limit=2'],
    ['status', 'status=Active'],
    ['status', 'status=active&status=active'],
    ['status[]', 'status[]=active'],
    ['userId[not]', 'userId[not]=x'],
    ['userId', 'userId=me'],
    ['text', 'text='],
    ['text', 'text=%00'],
    ['cursor', 'cursor=nonsense'],
    ['cursor', 'cursor='],
    ['tenantId', 'tenantId=6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a02'],
    ['__proto__', '__proto__=1'],
  ])('%s is refused in the query %s', async (field, query) => {
    const answer = await request(app).get(`/api-keys?${query}`).set(asPerson(owner))

    expect([answer.status, fieldsOf(answer)]).toEqual([400, [field]])
  })

  test('is refused in the query of a route that has none', async () => {
    const { id } = await target()

    const answer = await request(app).get(`/api-keys/${id}?tenantId=${owner.tenantId}`).set(asPerson(owner))

    expect([answer.status, fieldsOf(answer)]).toEqual([400, ['tenantId']])
  })

  test('may have any offset from UTC, and is the same instant', async () => {
    const { status, body } = await issue({ name: 'CI', expiresAt: '2100-01-01T05:45:00+05:45' })

    expect([status, body.apiKey?.expiresAt]).toEqual([201, '2100-01-01T00:00:00.000Z'])
  })
})
