import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Express } from 'express'
import { defineScopes, type Keyring } from 'express-api-keys'
import { apiKeyOpenApi } from 'express-api-keys/admin'
import request from 'supertest'
import { asPerson, authorizePerson, createAdminApp } from '../support/admin-app.js'
import { frameworks } from '../support/app.js'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const scopes = defineScopes(['orders:read', 'orders:write'])

describe.each(frameworks)('on $framework, the router of a keyring with defined scopes', ({ express }) => {
  let keyring: Keyring
  let app: Express
  let owner: TenantWithUser
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url, scopes })
    app = createAdminApp({ keyring, authorize: authorizePerson }, express)
    owner = await database.addTenant()
  })
  const refusal = {
    code: 'invalid_input',
    errors: [
      { field: 'scopes', message: expect.stringMatching(/^must be among "orders:read", .+\[0\] is none$/) },
    ],
  }

  test('issues a key with one of them, and with no other', async () => {
    const issue = (scope: string) =>
      request(app)
        .post('/api-keys')
        .set(asPerson(owner))
        .send({ name: 'CI', scopes: [scope] })

    const [good, bad] = [await issue('orders:*'), await issue('orders:raed')]

    expect(good.status).toBe(201)
    expect([bad.status, bad.body]).toEqual([400, expect.objectContaining(refusal)])
  })

  test('updates a key to one of them, and to no other', async () => {
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })
    const update = (scope: string) =>
      request(app)
        .patch(`/api-keys/${apiKey.id}`)
        .set(asPerson(owner))
        .send({ scopes: [scope] })

    const [good, bad] = [await update('orders:write'), await update('*:read')]
    const unknown = await update('stock:read')

    expect([good.status, bad.status]).toEqual([200, 400])
    expect([unknown.status, unknown.body]).toEqual([400, expect.objectContaining(refusal)])
  })
})

describe('the OpenAPI document of defined scopes', () => {
  const schemasOf = (options: object) =>
    JSON.parse(JSON.stringify(apiKeyOpenApi({ basePath: '', ...options }))).components.schemas

  test('lists them, and the wildcards over them, where they are asked for', () => {
    const { IssueBody, UpdateBody, ApiKey } = schemasOf({ scopes })

    for (const { properties } of [IssueBody, UpdateBody]) {
      expect(properties.scopes.items).toEqual({
        type: 'string',
        enum: ['*', 'orders:*', 'orders:read', 'orders:write'],
      })
    }
    expect(JSON.stringify(ApiKey)).not.toContain('"enum":["*"')
  })

  test('lists none without', () => {
    expect(schemasOf({}).IssueBody.properties.scopes.items).toEqual({ type: 'string' })
    expect(() => schemasOf({ scopes: ['orders:read'] })).toThrow(
      'apiKeyOpenApi: option "scopes" must be what defineScopes() returned',
    )
  })
})
