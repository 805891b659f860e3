import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import request from 'supertest'
import { secretFormat } from '../../src/key/secret.js'
import { createApp, frameworks, serve } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { noteSecret, openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'
import { rawRequest } from '../support/raw-http.js'

const database = useDatabase()

async function openApp(express?: (typeof frameworks)[number]['express']) {
  const refusals: ApiKeyEvent[] = []
  const onEvent = (event: ApiKeyEvent) => event.type === 'refused' && refusals.push(event)
  const keyring = openKeyring({ databaseUrl: database.url, cache: false, onEvent })
  const owner = await database.addTenant()
  const issue = (name: string, more = {}) => keyring.issue({ ...owner, name, ...more })
  return { keyring, owner, issue, refusals, app: createApp({ keyring }, express) }
}

function unknownSecret(prefix = 'ak'): string {
  const { secret } = secretFormat(prefix).generate()
  noteSecret(secret)
  return secret
}

describe.each(frameworks)('on $framework', ({ express }) => {
  test('a key gets its record, its tenant and its user, and no hash', async () => {
    const { app, owner, issue } = await openApp(express)
    const { apiKey, secret } = await issue('CI', { scopes: ['orders:read'] })

    const { status, body } = await request(app).get('/whoami').auth(secret, { type: 'bearer' })

    expect(status).toBe(200)
    expect(body.apiKey).toEqual(JSON.parse(JSON.stringify(apiKey)))
    expect(body.tenant.id).toBe(owner.tenantId)
    expect(body.user).toMatchObject({ id: owner.userId, tenantId: owner.tenantId })
    expect(JSON.stringify(body)).not.toMatch(/[0-9a-f]{64}/)
  })

  test('malformed, unknown, revoked and expired keys and keys of a deleted owner get the same bytes', async () => {
    const { app, keyring, owner, issue } = await openApp(express)
    const revoked = await issue('revoked')
    await keyring.revoke({ tenantId: owner.tenantId, id: revoked.apiKey.id })
    const expired = await issue('expired', { expiresAt: new Date(Date.now() + 50) })
    const gone = await database.addTenant()
    const orphan = await keyring.issue({ ...gone, name: 'orphan' })
    await database.query('DELETE FROM tenants WHERE id = $1', [gone.tenantId])
    const living = (await issue('living')).secret
    await sleep(60)
    const served = await serve(app)

    const refused = {
      malformed: 'nonsense',
      longest: 'a'.repeat(15_000),
      checksum: `${living.slice(0, -1)}${living.endsWith('0') ? '1' : '0'}`,
      prefix: unknownSecret('other'),
      unknown: unknownSecret(),
      revoked: revoked.secret,
      expired: expired.secret,
      orphan: orphan.secret,
    }
    const answers = await Promise.all(
      Object.values(refused).map((secret) => rawRequest(served.port, [`Authorization: Bearer ${secret}`])),
    )
    await served.close()

    const [first] = answers
    expect(first?.status).toBe(401)
    expect(first?.head).toContain('WWW-Authenticate: Bearer realm="api", error="invalid_token"\r\n')
    expect(first?.head).toContain('Cache-Control: no-store\r\n')
    expect(first?.head).toContain('Content-Type: application/problem+json\r\n')
    expect(answers.map((answer) => answer.head + answer.body)).toEqual(
      answers.map(() => `${first?.head}${first?.body}`),
    )
  })

  test('a missing scope is 403 and names what is required, never what is held', async () => {
    const { app, issue } = await openApp(express)
    const { secret } = await issue('CI', { scopes: ['stock:read'] })

    const all = await request(app).get('/both').auth(secret, { type: 'bearer' })
    const any = await request(app).get('/either').auth(secret, { type: 'bearer' })

    expect(all.status).toBe(403)
    expect(all.headers['www-authenticate']).toBe(
      'Bearer realm="api", error="insufficient_scope", scope="orders:read orders:write"',
    )
    expect(all.body.requiredScopes).toEqual(['orders:read', 'orders:write'])
    expect(any.body).toEqual({
      type: 'urn:problem:express-api-keys:insufficient_scope',
      title: 'The API key lacks a scope this request needs.',
      status: 403,
      code: 'insufficient_scope',
      requiredAnyScope: ['orders:write', 'orders:admin'],
    })
    expect(all.text + any.text).not.toContain('stock')
  })

  test.each([
    ['/orders', ['orders:read'], 200],
    ['/orders', ['orders:*'], 200],
    ['/orders', ['*'], 200],
    ['/orders', ['orders:write'], 403],
    ['/orders', [], 403],
    ['/orders', ['constructor', 'orders'], 403],
    ['/both', ['orders:read'], 403],
    ['/both', ['orders:read', 'orders:write'], 200],
    ['/either', ['orders:admin'], 200],
    ['/either', ['orders:read'], 403],
  ])('%s for a key with %j answers %i', async (path, scopes, expected) => {
    const { app, issue } = await openApp(express)
    const { secret } = await issue('CI', { scopes })

    const { status } = await request(app).get(path).auth(secret, { type: 'bearer' })

    expect(status).toBe(expected)
  })

  test('HEAD and OPTIONS are guarded like any method', async () => {
    const { app } = await openApp(express)

    const head = await request(app).head('/whoami')
    const options = await request(app).options('/whoami')

    expect([head.status, options.status]).toEqual([401, 401])
  })
})

describe('the true reason of a refusal', () => {
  test('goes to the observer and not to the client', async () => {
    const { app, keyring, owner, issue, refusals } = await openApp()
    const revoked = await issue('revoked')
    await keyring.revoke({ tenantId: owner.tenantId, id: revoked.apiKey.id })

    const { text } = await request(app).get('/whoami').auth(revoked.secret, { type: 'bearer' })

    expect(text).not.toContain('revoked')
    expect(refusals).toEqual([
      {
        type: 'refused',
        code: 'invalid_api_key',
        reason: 'revoked',
        apiKeyId: revoked.apiKey.id,
        keyPrefix: revoked.apiKey.keyPrefix,
        waitedMs: expect.any(Number),
      },
    ])
  })

  test('is heard even when the observer throws, and the client gets its answer', async () => {
    const { keyring } = await openApp()
    const app = createApp({
      keyring,
      onEvent: () => {
        throw new Error('the observer is broken')
      },
    })

    const { status } = await request(app).get('/whoami')

    expect(status).toBe(401)
  })
})

describe('a key with any one character replaced', () => {
  test('is refused without a query', async () => {
    const { prisma, countQueries } = openPrisma(database)
    const keyring = openKeyring({ prisma, cache: false })
    const { secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const app = await serve(createApp({ keyring }))
    countQueries()

    const corrupted = [...secret].map((character, at) => {
      const other = character === 'x' ? 'y' : 'x'
      return `${secret.slice(0, at)}${other}${secret.slice(at + 1)}`
    })
    const answers = await Promise.all(
      corrupted.map((text) => rawRequest(app.port, [`Authorization: Bearer ${text}`])),
    )
    await app.close()

    expect(answers.map(({ status }) => status)).toEqual(corrupted.map(() => 401))
    expect(countQueries()).toBe(0)
  })
})

describe('a living key', () => {
  test('is refused from the instant it expires', async () => {
    const { app, issue } = await openApp()
    const expiresAt = new Date(Date.now() + 2_000)
    const { secret } = await issue('short', { expiresAt })

    const before = await request(app).get('/whoami').auth(secret, { type: 'bearer' })
    await sleep(expiresAt.getTime() - Date.now() + 1)
    const after = await request(app).get('/whoami').auth(secret, { type: 'bearer' })

    expect([before.status, after.status]).toEqual([200, 401])
  })

  test.each([
    ['its tenant is deleted', 'DELETE FROM tenants WHERE id = $1', 'tenantId'],
    ['its user is deleted', 'DELETE FROM users WHERE id = $1', 'userId'],
  ] as const)('is refused once %s', async (_, sql, id) => {
    const { app, owner, issue } = await openApp()
    const { secret } = await issue('CI')

    const before = await request(app).get('/whoami').auth(secret, { type: 'bearer' })
    await database.query(sql, [owner[id]])
    const after = await request(app).get('/whoami').auth(secret, { type: 'bearer' })

    expect([before.status, after.status]).toEqual([200, 401])
  })

  test('is refused once its user belongs to another tenant', async () => {
    const { app, owner, issue, refusals } = await openApp()
    const { secret } = await issue('CI')
    const other = await database.addTenant()

    await database.query('UPDATE users SET tenant_id = $1 WHERE id = $2', [other.tenantId, owner.userId])
    const { status } = await request(app).get('/whoami').auth(secret, { type: 'bearer' })

    expect(status).toBe(401)
    expect(refusals).toMatchObject([{ reason: 'owner_moved' }])
  })
})
