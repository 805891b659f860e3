import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const page = readFileSync(fileURLToPath(new URL('../../docs/moving-in.md', import.meta.url)), 'utf8')
const [fromOwnTable = '', fromBetterAuth = ''] = [...page.matchAll(/^```sql\n(.+?)^```/gms)].map(
  ([, sql = '']) => sql,
)
const database = useDatabase()

const newSecret = () => `sk_live_${randomBytes(18).toString('base64url')}`
const digest = (secret: string, encoding: 'hex' | 'base64' | 'base64url') =>
  createHash('sha256').update(secret).digest(encoding)

async function nameOf(secret: string): Promise<string> {
  const keyring = openKeyring({ databaseUrl: database.url, imported: ['sk_live_'] })
  return keyring.authenticate(secret).then(
    ({ apiKey }) => apiKey.name,
    ({ code }) => code,
  )
}

describe('the SQL of the guide to moving in', () => {
  test('moves a table of hashes, but for keys that have ended, and may run again', async () => {
    const { userId } = await database.addTenant()
    const [good, revoked, expired] = [newSecret(), newSecret(), newSecret()]
    await database.query(`CREATE TABLE old_keys (user_id uuid, name text, hash text,
      expires_at timestamptz, revoked_at timestamptz, created_at timestamptz DEFAULT now())`)
    await database.query(
      `INSERT INTO old_keys VALUES ($1, 'good', $2, NULL, NULL), ($1, 'revoked', $3, NULL, now()),
        ($1, 'expired', $4, now() - interval '1 day', NULL)`,
      [userId, digest(good, 'hex').toUpperCase(), digest(revoked, 'hex'), digest(expired, 'hex')],
    )

    await database.query(fromOwnTable)
    await database.query(fromOwnTable)

    expect(await Promise.all([good, revoked, expired].map(nameOf))).toEqual([
      'good',
      'invalid_api_key',
      'invalid_api_key',
    ])
  })

  test('moves hashes in base64 of either alphabet', async () => {
    const { userId } = await database.addTenant()
    const secrets = Array.from({ length: 20 }, newSecret)
    await database.query(`CREATE TABLE apikey (name text, prefix text, key text, "userId" text,
      enabled boolean DEFAULT true, "expiresAt" timestamptz, "createdAt" timestamptz DEFAULT now())`)
    for (const [at, secret] of secrets.entries()) {
      const hash = digest(secret, at % 2 === 0 ? 'base64' : 'base64url')
      await database.query(`INSERT INTO apikey VALUES ($1, 'sk_live_', $2, $3)`, [`key ${at}`, hash, userId])
    }

    await database.query(fromBetterAuth)

    expect(await Promise.all(secrets.map(nameOf))).toEqual(secrets.map((_, at) => `key ${at}`))
  })

  test('leaves keys that can be rotated: the successor has the same rights', async () => {
    const { tenantId, userId } = await database.addTenant()
    const secret = newSecret()
    await database.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash, scopes)
       VALUES ($1, $2, 'old', 'sk_live_', $3, '["orders:read"]')`,
      [tenantId, userId, digest(secret, 'hex')],
    )
    const keyring = openKeyring({ databaseUrl: database.url, imported: ['sk_live_'] })
    const { apiKey } = await keyring.authenticate(secret)

    const rotated = await keyring.rotate({ tenantId, id: apiKey.id })

    expect(rotated.secret).toMatch(/^ak_/)
    expect((await keyring.authenticate(rotated.secret)).apiKey.scopes).toEqual(['orders:read'])
  })
})
