import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import express5 from 'express'
import { apiKeyAuth, createKeyring } from 'express-api-keys'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { refusedAfterMs } from '../support/watched-keyring.js'

const database = useDatabase()
const old = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** A row as an import leaves it. */
async function addImported(secret: string) {
  const { tenantId, userId } = await database.addTenant()
  await database.query(
    `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash) VALUES ($1, $2, 'old', 'sk_live_', $3)`,
    [tenantId, userId, sha256(secret)],
  )
  return { tenantId, userId }
}

const openImporting = (more = {}) =>
  openKeyring({ databaseUrl: database.url, imported: ['sk_live_'], ...more })

describe.each(frameworks)('on $framework, a key of another system', ({ express }) => {
  test('opens the door where its beginning is named, and nowhere else', async () => {
    const secret = `${old}${express.name}${Date.now()}`
    await addImported(secret)
    const ask = (keyring: ReturnType<typeof openKeyring>) =>
      request(
        express()
          .use(apiKeyAuth({ keyring }))
          .get('/', (req, res) => void res.json(req.apiKey?.name)),
      )
        .get('/')
        .auth(secret, { type: 'bearer' })

    expect((await ask(openImporting())).body).toBe('old')
    expect((await ask(openKeyring({ databaseUrl: database.url }))).status).toBe(401)
  })

  test('that is unknown is refused, where the tokens of others are left to what comes next', async () => {
    const app = express()
      .use(apiKeyAuth({ keyring: openImporting(), foreign: 'ignore' }))
      .get('/', (_req, res) => void res.end('whoever comes next'))
    const ask = (token: string) => request(app).get('/').auth(token, { type: 'bearer' })

    const answers = [await ask(`${old}unknown`), await ask('sk_live_short'), await ask('sk_test_another')]

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 200])
  })

  test('is refused as an unknown key of ours is, and its failures count', async () => {
    const keyring = openImporting({ limits: { failedAttempts: '2/24h' } })
    const app = express().use(apiKeyAuth({ keyring }))
    const { secret } = await openKeyring({ databaseUrl: database.url, prefix: 'other' }).issue({
      ...(await database.addTenant()),
      name: 'other',
    })
    const ask = (token: string) => request(app).get('/').auth(token, { type: 'bearer' })

    const unknown = await ask('sk_live_ZZZZZZZZZZZZZZZZZZZZZZZZ')
    const malformed = await ask(secret)

    expect([unknown.status, unknown.body]).toEqual([malformed.status, malformed.body])
    expect((await ask('sk_live_ZZZZZZZZZZZZZZZZZZZZZZZZ')).status).toBe(429)
  })
})

describe.each([
  ['that is a UUID', 'sk_live_0b3b1f6e-8d6a-4f5e-9f0e-2f8f4a1c7d11'],
  ['without dashes', 'sk_live_0b3b1f6e8d6a4f5e9f0e2f8f4a1c7d11'],
])('a key of another system %s', (_, secret) => {
  test.each([
    ['bare in Authorization', '/', { authorization: secret }, 401],
    ['after another scheme', '/', { authorization: `Basic ${secret}` }, 401],
    ['in the query', `/?key=${secret}`, {}, 400],
    ['in the path', `/${secret}`, {}, 400],
  ])('does not pass for nobody %s, where keys are optional', async (_where, path, headers, status) => {
    const app = express5().use(apiKeyAuth({ keyring: openImporting(), optional: true }))

    const answer = await request(app).get(path).set(headers)

    expect(answer.status).toBe(status)
  })

  test('is not kept in metadata', async () => {
    const issuing = openImporting().issue({
      ...(await database.addTenant()),
      ...{ name: 'CI', metadata: { old: secret } },
    })

    await expect(issuing).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

test('is kept in memory as one of ours, and refused when it is revoked by plain SQL', async () => {
  const secret = `${old}kept`
  const { tenantId } = await addImported(secret)
  const keyring = openImporting()
  await keyring.authenticate(secret)

  await database.query('UPDATE api_keys SET revoked_at = now() WHERE tenant_id = $1', [tenantId])

  expect(await refusedAfterMs(keyring, secret, 5_000)).toBeLessThan(5_000)
})

test('in a URL is told from a title that begins like one', () => {
  const keyring = openImporting({ imported: ['sk-'] })

  const urls = ['/sk-learn-in-2026-for-everybody-at-home', '/sk-4eC39HqLyjWDarjtT1zdp7dc']

  expect(urls.map((url) => keyring.findSecretIn(url)?.keyPrefix)).toEqual([undefined, 'sk-'])
})

test.each([
  ['is too short', 'sk_live_short'],
  ['is too long', `sk_live_${'a'.repeat(300)}`],
  ['holds a space', 'sk_live_4eC39HqLyjWDarj T1zdp7dc'],
  ['holds a NUL', 'sk_live_4eC39HqLyjWDarj\u0000T1zdp7dc'],
  ['has padding inside', 'sk_live_4eC39HqLyjWD=arjT1zdp7dc'],
  ['has the beginning in another case', old.toUpperCase()],
])('what %s is refused before any query', async (_, text) => {
  const keyring = openKeyring({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none', imported: ['sk_live_'] })

  await expect(keyring.authenticate(text)).rejects.toMatchObject({ code: 'invalid_api_key' })
})

test('a rotated key of another system is followed by one of ours', async () => {
  const secret = `${old}rotated`
  const owner = await addImported(secret)
  const keyring = openImporting()
  const { apiKey } = await keyring.inspect(secret)

  const next = await keyring.rotate({ tenantId: owner.tenantId, id: apiKey?.id ?? '' })

  expect(next.secret).toMatch(/^ak_/)
  expect(keyring.findSecretIn(`/orders?key=${secret}&a=1`)).toMatchObject({ keyPrefix: 'sk_live_' })
})

test.each([
  ['of the keyring itself', ['ak_']],
  ['longer than the keyring’s', ['ak_live_']],
  ['that is the beginning of the keyring’s', ['ak']],
  ['that is empty', ['']],
  ['with a space', ['sk live']],
  ['that overlaps with another', ['sk_', 'sk_live_']],
  ['that is no list', 'sk_live_'],
])('a beginning %s is refused, naming the option', (_, imported) => {
  const make = () => createKeyring({ databaseUrl: database.url, imported: imported as string[] })

  expect(make).toThrow(/imported/)
})
