import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

interface GoldenKey {
  readonly prefix: string
  readonly secret: string
  readonly keyPrefix: string
  readonly keyHash: string
}

// As version 0.1.0 issues them, from made-up random numbers. They are in the hands of clients: never change this file,
// only add to it.
const golden: GoldenKey[] = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8'))

const database = useDatabase()

// By the columns of version 0.1.0: a row that was there before an upgrade.
const insert = `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash, scopes)
  VALUES ($1, $2, 'golden', $3, $4, '["orders:read"]') RETURNING id`

describe('a key that was issued by version 0.1.0', () => {
  test.each(golden)('authenticates for ever: $keyPrefix', async ({ prefix, secret, keyPrefix, keyHash }) => {
    const { tenantId, userId } = await database.addTenant()
    const [row] = await database.query(insert, [tenantId, userId, keyPrefix, keyHash])
    const keyring = openKeyring({ databaseUrl: database.url, prefix })

    const { apiKey, grants } = await keyring.authenticate(secret)

    expect(apiKey).toMatchObject({ id: row?.id, keyPrefix, version: 1, metadata: {}, rotatedFromId: null })
    expect(grants.covers('orders:read')).toBe(true)
    expect((await keyring.inspect(secret)).apiKey).toEqual(apiKey)
  })

  test('is rotated into a new one', async () => {
    const [{ secret, keyPrefix, keyHash } = golden[0] as GoldenKey] = golden
    const { tenantId, userId } = await database.addTenant()
    await database.query('DELETE FROM api_keys WHERE key_hash = $1', [keyHash])
    const [row] = await database.query(insert, [tenantId, userId, keyPrefix, keyHash])
    const keyring = openKeyring({ databaseUrl: database.url })

    const successor = await keyring.rotate({ tenantId, id: String(row?.id) })

    await expect(keyring.authenticate(secret)).rejects.toMatchObject({ code: 'invalid_api_key' })
    expect((await keyring.authenticate(successor.secret)).apiKey.scopes).toEqual(['orders:read'])
  })
})
