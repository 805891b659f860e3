import { beforeAll, describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import request from 'supertest'
import { createApp } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

// As in a host that took the model without the migrations: there nothing guards the column.
beforeAll(async () => {
  await database.query('ALTER TABLE api_keys DROP CONSTRAINT api_keys_scopes_is_array')
})

describe('a scopes column that is not a list of scopes', () => {
  test.each([
    ['a string', '"orders:read"'],
    ['a string that contains the scope', '"xx orders:read xx"'],
    ['a number', '7'],
    ['true', 'true'],
    ['null', 'null'],
    ['an object', '{"orders:read": true}'],
    ['a nested list', '[["orders:read"]]'],
    ['a list with a number', '["orders:read", 5]'],
    ['a list with null', '["orders:read", null]'],
    ['a list with a broken scope', '["orders:read", "ORDERS:*"]'],
    ['a list with a wildcard in the middle', '["*:read"]'],
  ])('such as %s is trouble of ours: 503, never a pass', async (_, json) => {
    const refusals: ApiKeyEvent[] = []
    const keyring = openKeyring({
      databaseUrl: database.url,
      onEvent: (event) => event.type === 'refused' && refusals.push(event),
    })
    const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    await database.query('UPDATE api_keys SET scopes = $1::jsonb WHERE id = $2', [json, apiKey.id])

    const { status, headers } = await request(createApp({ keyring }))
      .get('/orders')
      .auth(secret, { type: 'bearer' })

    expect(status).toBe(503)
    expect(headers['retry-after']).toBe('1')
    expect(headers['www-authenticate']).toBeUndefined()
    expect(refusals).toMatchObject([{ reason: 'corrupt_record', apiKeyId: apiKey.id }])
  })

  test('can be seen, without a right, can be mended and can be revoked', async () => {
    const keyring = openKeyring({ databaseUrl: database.url, cache: false })
    const owner = await database.addTenant()
    const issue = (name: string) => keyring.issue({ ...owner, name, scopes: ['orders:read'] })
    const [revoked, mended] = [await issue('to revoke'), await issue('to mend')]
    await database.query(`UPDATE api_keys SET scopes = '"orders:read"' WHERE tenant_id = $1`, [
      owner.tenantId,
    ])
    const key = ({ apiKey: { id } }: typeof mended) => ({ tenantId: owner.tenantId, id })

    const { apiKeys } = await keyring.list({ tenantId: owner.tenantId })
    await keyring.revoke(key(revoked))
    await keyring.update({ ...key(mended), scopes: ['orders:read'] })
    const app = createApp({ keyring })
    const ask = ({ secret }: typeof mended) => request(app).get('/orders').auth(secret, { type: 'bearer' })
    const [afterRevocation, afterMend] = [await ask(revoked), await ask(mended)]

    expect(apiKeys.map(({ scopes }) => scopes)).toEqual([[], []])
    expect([afterRevocation.status, afterMend.status]).toEqual([503, 200])
    expect((await keyring.get(key(revoked)))?.revokedAt).toBeInstanceOf(Date)
  })

  test.each(['-infinity', 'infinity', '0044-03-15 BC'])(
    'beside an expiry of %s never passes',
    async (time) => {
      const keyring = openKeyring({ databaseUrl: database.url })
      const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
      await database.query('UPDATE api_keys SET expires_at = $1::timestamptz WHERE id = $2', [
        time,
        apiKey.id,
      ])

      const { status } = await request(createApp({ keyring })).get('/whoami').auth(secret, { type: 'bearer' })

      expect(status).not.toBe(200)
    },
  )

  test.each(['__proto__', 'constructor', 'toString'])('named %s grants nothing', async (scope) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    await database.query('UPDATE api_keys SET scopes = $1::jsonb WHERE id = $2', [
      JSON.stringify([scope]),
      apiKey.id,
    ])

    const { status } = await request(createApp({ keyring })).get('/orders').auth(secret, { type: 'bearer' })

    expect(status).not.toBe(200)
  })
})
