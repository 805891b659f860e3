import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Express } from 'express'
import type { Keyring } from 'express-api-keys'
import request, { type Response } from 'supertest'
import { asPerson, authorizePerson, createAdminApp, type Person } from '../support/admin-app.js'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

describe('a request with an Idempotency-Key', () => {
  let keyring: Keyring
  let app: Express
  let owner: TenantWithUser
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url })
    app = createAdminApp({ keyring, authorize: authorizePerson })
    owner = await database.addTenant()
  })

  const post = (path: string, idempotencyKey: string, body: object, person: Person = owner) =>
    request(app)
      .post(`/api-keys${path}`)
      .set({ ...asPerson(person), 'idempotency-key': idempotencyKey })
      .send(body)
  const told = ({ status, body }: Response) => [status, body.code ?? body.apiKey?.id]

  test('makes one key, whose secret is shown once', async () => {
    const first = await post('/', 'issue-once', { name: 'CI', scopes: ['orders:read'] })
    const again = await post('/', 'issue-once', { scopes: ['orders:read'], name: 'CI' })

    const { apiKeys } = await keyring.list({ tenantId: owner.tenantId, text: 'CI' })
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.body).toEqual({
      apiKey: first.body.apiKey,
      secret: null,
      note: expect.stringContaining('the secret was shown then, once'),
    })
    expect(JSON.stringify(again.body).includes(first.body.secret)).toBe(false)
    expect(apiKeys).toHaveLength(1)
  })

  test('makes one key when many arrive at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post('/', 'at-once', { name: 'burst' })),
    )

    const withSecret = answers.filter(({ body }) => typeof body.secret === 'string')
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(7).fill(200), 201])
    expect(withSecret).toHaveLength(1)
    expect(new Set(answers.map(({ body }) => body.apiKey.id)).size).toBe(1)
  })

  test('rotates once', async () => {
    const { apiKey } = await keyring.issue({ ...owner, name: 'old' })

    const first = await post(`/${apiKey.id}/rotate`, 'rotate-once', { graceMs: 1_000 })
    const again = await post(`/${apiKey.id}/rotate`, 'rotate-once', { graceMs: 1_000 })

    expect(told(again)).toEqual([200, first.body.apiKey.id])
    expect([first.body.apiKey.rotatedFromId, again.body.secret === null]).toEqual([apiKey.id, true])
  })

  test('is a conflict when the body is another one', async () => {
    await post('/', 'other-body', { name: 'CI' })

    const answers = await Promise.all([
      post('/', 'other-body', { name: 'CI', scopes: ['*'] }),
      post('/', 'other-body', { name: 'ci' }),
      post('/', 'other-body', { name: 'CI', metadata: {} }),
      post('/', 'other-body', { name: 'CI', expiresAt: null }),
    ])

    expect(answers.map(told)).toEqual(Array(4).fill([409, 'idempotency_conflict']))
  })

  test('is a conflict when the route or the key is another one', async () => {
    const [one, other] = [
      await keyring.issue({ ...owner, name: '1' }),
      await keyring.issue({ ...owner, name: '2' }),
    ]
    await post(`/${one.apiKey.id}/rotate`, 'other-route', {})

    const answers = await Promise.all([
      post(`/${other.apiKey.id}/rotate`, 'other-route', {}),
      post('/', 'other-route', { name: 'CI' }),
    ])

    expect(answers.map(told)).toEqual(Array(2).fill([409, 'idempotency_conflict']))
  })

  test('is not the same for another tenant, and a conflict for another user', async () => {
    const other = await database.addTenant()
    const [{ id: userId } = {}] = await database.query(
      `INSERT INTO users (id, tenant_id, email) VALUES (gen_random_uuid(), $1, 'second@example.test') RETURNING id`,
      [owner.tenantId],
    )
    const first = await post('/', 'whose', { name: 'CI' })

    const ofTenant = await post('/', 'whose', { name: 'CI' }, other)
    const ofUser = await post('/', 'whose', { name: 'CI' }, { ...owner, userId: String(userId) })

    expect(ofTenant.status).toBe(201)
    expect(ofTenant.body.apiKey.id).not.toBe(first.body.apiKey.id)
    expect(told(ofUser)).toEqual([409, 'idempotency_conflict'])
  })

  test('that was refused may be sent again, mended', async () => {
    const refused = await post('/', 'mended', { name: '' })
    const mended = await post('/', 'mended', { name: 'CI' })

    expect([refused.status, mended.status]).toEqual([400, 201])
  })

  test.each([
    ['a UUID', '8e03978e-40d5-43dd-bc93-6894a57f9324', 201],
    ['a quoted text', '"8e03978e-40d5-43dd-bc93-6894a57f9324"', 201],
    ['255 characters', 'k'.repeat(255), 201],
    ['256 characters', 'k'.repeat(256), 400],
    ['nothing', '', 400],
    ['a space inside', 'a b', 400],
    ['letters beyond ASCII', 'clé', 400],
    ['two keys in two lines', ['a', 'b'], 400],
  ])('of %s is answered as it should be', async (_, idempotencyKey, expected) => {
    const { status, body } = await request(app)
      .post('/api-keys')
      .set(asPerson(owner))
      // Node writes a list as two lines, and characters beyond ASCII as single bytes.
      .set('idempotency-key', idempotencyKey as string)
      .send({ name: 'CI' })

    expect(status).toBe(expected)
    if (expected === 400) expect(body.errors).toEqual([expect.objectContaining({ field: 'idempotency-key' })])
  })

  test('leaves neither the key nor the secret in the database', async () => {
    const { body } = await post('/', 'not-to-be-found', { name: 'CI' })

    const rows = await database.query('SELECT row_to_json(r)::text AS row FROM api_key_idempotency r')
    const text = rows.map(({ row }) => row).join()
    expect([text.includes('not-to-be-found'), text.includes(body.secret)]).toEqual([false, false])
  })
})
