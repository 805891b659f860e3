import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { commandLine } from '../support/command-line.js'
import { useDatabase } from '../support/database.js'
import { noteSecret } from '../support/keyring.js'

const database = useDatabase()
const run = commandLine(() => database.url)

/** A key as an import leaves it. */
async function addImported(keyPrefix: string) {
  const { tenantId, userId } = await database.addTenant()
  const secret = `${keyPrefix}${randomBytes(24).toString('hex')}`
  noteSecret(secret)
  const keyHash = createHash('sha256').update(secret).digest('hex')
  const [row] = await database.query(
    `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash) VALUES ($1, $2, 'old', $3, $4) RETURNING id`,
    [tenantId, userId, keyPrefix, keyHash],
  )
  return { id: String(row?.id), tenant: ['--tenant', tenantId], secret }
}

describe('of a key that was imported', () => {
  test.each([
    ['mycompany', [], /^ak_/],
    ['sk_live_', [], /^ak_/],
    ['mycompany', ['--prefix', 'acme'], /^acme_/],
  ])('whose beginning is %s, rotate %j makes a successor of this package', async (start, flags, secret) => {
    const { id, tenant } = await addImported(start)

    const { exitCode, stdout } = await run(['rotate', id, ...tenant, ...flags])

    expect(exitCode).toBe(0)
    expect(stdout).toMatch(secret)
  })

  test('inspect finds it where its beginning is named, without repeating it', async () => {
    const { id, secret } = await addImported('sk_live_')

    const { exitCode, stdout, stderr } = await run(['inspect', '--imported', 'sk_live_', '--json'], {
      input: secret,
    })

    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ apiKey: { id } })
    expect((stdout + stderr).includes(secret.slice(-20))).toBe(false)
  })

  test('inspect finds none that is not there', async () => {
    const input = `sk_live_${randomBytes(24).toString('hex')}`

    const { exitCode, stderr } = await run(['inspect', '--imported', 'sk_live_'], { input })

    expect([exitCode, stderr.trim()]).toEqual([
      3,
      expect.stringContaining('no such key that begins with sk_live_'),
    ])
  })
})
