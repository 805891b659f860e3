import { describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { createApp, frameworks, serve } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { rawRequest } from '../support/raw-http.js'

const database = useDatabase()

describe.each(frameworks)('on $framework, optional authentication', ({ express }) => {
  test('lets a request without a key pass, with a null key and no owner', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const app = createApp({ keyring, optional: true }, express)

    const { status, body } = await request(app).get('/whoami')

    expect(status).toBe(200)
    expect(body).toEqual({ apiKey: null })
  })

  test('gives a living key its principal', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const app = createApp({ keyring, optional: true }, express)

    const { body } = await request(app).get('/whoami').auth(secret, { type: 'bearer' })

    expect(body.apiKey.id).toBe(apiKey.id)
  })

  test.each([
    ['a revoked key', 401, ['Authorization: Bearer «revoked»']],
    ['a malformed key', 401, ['Authorization: Bearer nonsense']],
    ['an empty Bearer', 400, ['Authorization: Bearer']],
    ['two lines', 400, ['Authorization: Bearer a', 'Authorization: Bearer b']],
  ])('refuses %s all the same', async (_, expected, lines) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI' })
    await keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id })
    const served = await serve(createApp({ keyring, optional: true }, express))

    const { status } = await rawRequest(
      served.port,
      lines.map((line) => line.replace('«revoked»', secret)),
    )
    await served.close()

    expect(status).toBe(expected)
  })

  test('leaves scope guards closed to requests without a key', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const app = createApp({ keyring, optional: true }, express)

    const { status, body } = await request(app).get('/orders')

    expect(status).toBe(401)
    expect(body.code).toBe('missing_credentials')
  })
})
