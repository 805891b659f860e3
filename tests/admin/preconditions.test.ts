import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Express } from 'express'
import type { Keyring } from 'express-api-keys'
import request from 'supertest'
import { asPerson, authorizePerson, createAdminApp } from '../support/admin-app.js'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

describe('If-Match on a change', () => {
  let keyring: Keyring
  let app: Express
  let owner: TenantWithUser
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url })
    app = createAdminApp({ keyring, authorize: authorizePerson })
    owner = await database.addTenant()
  })

  const issued = async () => (await keyring.issue({ ...owner, name: 'CI' })).apiKey
  const rename = (id: string, ifMatch: string, name = 'renamed') =>
    request(app)
      .patch(`/api-keys/${id}`)
      .set({ ...asPerson(owner), 'if-match': ifMatch })
      .send({ name })

  test('is met by the ETag that the key was read with', async () => {
    const { id } = await issued()
    const { headers } = await request(app).get(`/api-keys/${id}`).set(asPerson(owner))

    const changed = await rename(id, String(headers.etag))

    expect([changed.status, changed.body.apiKey?.name]).toEqual([200, 'renamed'])
    expect(changed.headers.etag).toBe(`"${changed.body.apiKey.version}"`)
    expect(changed.headers.etag).not.toBe(headers.etag)
  })

  test('is not met after another change, and then nothing changes', async () => {
    const { id, version } = await issued()
    await keyring.update({ tenantId: owner.tenantId, id, name: 'changed meanwhile' })

    const { status, body } = await rename(id, `"${version}"`)

    expect([status, body]).toEqual([
      412,
      {
        type: 'urn:problem:express-api-keys:precondition_failed',
        title: 'The API key has changed since: read it again.',
        status: 412,
        code: 'precondition_failed',
      },
    ])
    expect(await keyring.get({ tenantId: owner.tenantId, id })).toMatchObject({ name: 'changed meanwhile' })
  })

  test('lets one of many changes through that come at once', async () => {
    const { id, version } = await issued()

    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) => rename(id, `"${version}"`, `name ${at}`)),
    )

    const statuses = answers.map(({ status }) => status).toSorted()
    expect(statuses).toEqual([200, ...Array(7).fill(412)])
  })

  test.each([
    ['any', '*', 200],
    ['one of several', '"77", "1" ,"78"', 200],
    ['none of several', '"77", "78"', 412],
    ['the weak form of the right one', 'W/"1"', 412],
    ['several, the right one weak', '"77", W/"1"', 412],
    ['an empty tag', '""', 412],
    ['a tag with a comma inside', '"1,1"', 400],
    ['a number without quotes', '1', 400],
    ['a weak number without quotes', 'W/1', 400],
    ['a list with a star', '*, "1"', 400],
    ['nothing', '', 400],
    ['a list that ends in nothing', '"1",', 400],
    ['a lower-case weak tag', 'w/"1"', 400],
  ])('that names %s (%s) is answered with %i', async (_, ifMatch, expected) => {
    const { id } = await issued()

    const { status } = await rename(id, ifMatch)

    expect(status).toBe(expected)
  })

  test.each(['*', '"1"', 'W/"1"'])('%s does not tell whether another tenant has the key', async (ifMatch) => {
    const { apiKey } = await keyring.issue({ ...(await database.addTenant()), name: 'theirs' })

    const [theirs, missing] = await Promise.all([rename(apiKey.id, ifMatch), rename(randomUUID(), ifMatch)])

    expect([theirs.status, theirs.text]).toEqual([404, missing.text])
  })

  test('comes after the status of the key: a revoked one is a conflict', async () => {
    const { id } = await issued()
    const { version } = await keyring.revoke({ tenantId: owner.tenantId, id })

    const { status, body } = await rename(id, `"${version}"`)

    expect([status, body.detail]).toEqual([409, 'The API key is revoked.'])
  })
})

describe('every answer with one API key', () => {
  test('has an ETag, is never stored, and tells no 304', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const app = createAdminApp({ keyring, authorize: authorizePerson })
    const headers = asPerson(await database.addTenant())

    const issued = await request(app).post('/api-keys').set(headers).send({ name: 'CI' })
    const path = `/api-keys/${issued.body.apiKey.id}`
    const read = await request(app)
      .get(path)
      .set({ ...headers, 'if-none-match': '"1"' })
    const changed = await request(app).patch(path).set(headers).send({ name: 'CD' })
    const rotated = await request(app).post(`${path}/rotate`).set(headers)
    const revoked = await request(app).post(`${path}/revoke`).set(headers)

    const answers = [issued, read, changed, rotated, revoked]
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 201, 200])
    expect(answers.map((answer) => answer.headers.etag)).toEqual(
      answers.map(({ body }) => `"${body.apiKey.version}"`),
    )
    expect(new Set(answers.map((answer) => answer.headers['cache-control']))).toEqual(new Set(['no-store']))
    expect([issued.headers.location, rotated.headers.location]).toEqual([
      path,
      `/api-keys/${rotated.body.apiKey.id}`,
    ])
  })
})
