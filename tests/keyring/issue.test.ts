import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

describe('issue', () => {
  test('returns a secret that authenticates, and the record without its hash', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()

    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'] })

    const principal = await keyring.authenticate(secret)
    expect(principal.apiKey).toEqual(apiKey)
    const [row] = await database.query('SELECT key_hash FROM api_keys WHERE id = $1', [apiKey.id])
    expect(inspect(apiKey) + JSON.stringify(principal)).not.toContain(row?.key_hash)
  })
})
