import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { Idempotency } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

async function open() {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const countKeys = async () => (await keyring.list({ tenantId: owner.tenantId })).apiKeys.length
  return { keyring, owner, tenantId: owner.tenantId, countKeys }
}

const request = (): Idempotency => ({ key: randomUUID(), digest: 'the body' })

describe('an idempotent issue', () => {
  test('that is repeated makes one key, and shows its secret once', async () => {
    const { keyring, owner, countKeys } = await open()
    const input = { ...owner, name: 'CI', idempotency: request() }

    const first = await keyring.issue(input)
    const again = await keyring.issue(input)

    expect(first.secret).toMatch(/^ak_/)
    expect(again).toEqual({ apiKey: first.apiKey, secret: null })
    expect(await countKeys()).toBe(1)
  })

  test('that arrives many times at once makes one key', async () => {
    const { keyring, owner, countKeys } = await open()
    const input = { ...owner, name: 'CI', idempotency: request() }

    const answers = await Promise.all(Array.from({ length: 8 }, () => keyring.issue(input)))

    expect(answers.filter(({ secret }) => secret !== null)).toHaveLength(1)
    expect(new Set(answers.map(({ apiKey }) => apiKey.id)).size).toBe(1)
    expect(await countKeys()).toBe(1)
  })

  test('leaves one event', async () => {
    const { keyring, owner, tenantId } = await open()
    const input = { ...owner, name: 'CI', idempotency: request() }
    await keyring.issue(input)
    await keyring.issue(input)

    expect((await keyring.events({ tenantId })).events).toHaveLength(1)
  })

  test('is refused for another request under the same key', async () => {
    const { keyring, owner, countKeys } = await open()
    const idempotency = request()
    await keyring.issue({ ...owner, name: 'CI', idempotency })

    const other = keyring.issue({ ...owner, name: 'CI', idempotency: { ...idempotency, digest: 'another' } })

    await expect(other).rejects.toMatchObject({ code: 'idempotency_conflict', status: 409 })
    expect(await countKeys()).toBe(1)
  })

  test('does not replay in another tenant', async () => {
    const { keyring, owner } = await open()
    const other = await database.addTenant()
    const idempotency = request()
    const first = await keyring.issue({ ...owner, name: 'CI', idempotency })

    const second = await keyring.issue({ ...other, name: 'CI', idempotency })

    expect(second.secret).not.toBeNull()
    expect(second.apiKey.id).not.toBe(first.apiKey.id)
  })

  test('that failed is not remembered', async () => {
    const { keyring, owner } = await open()
    const idempotency = request()
    const failing = keyring.issue({ ...owner, userId: randomUUID(), name: 'CI', idempotency })
    await expect(failing).rejects.toMatchObject({ code: 'invalid_input' })

    expect((await keyring.issue({ ...owner, name: 'CI', idempotency })).secret).not.toBeNull()
  })

  test('is remembered for 24 hours, and swept by the next one', async () => {
    const { keyring, owner, tenantId } = await open()
    const [old, recent] = [request(), request()]
    const age = (hours: number) =>
      database.query(
        `UPDATE api_key_idempotency SET created_at = now() - make_interval(hours => $2) WHERE tenant_id = $1`,
        [tenantId, hours],
      )
    const first = await keyring.issue({ ...owner, name: 'CI', idempotency: old })
    await age(25)
    await keyring.issue({ ...owner, name: 'CI', idempotency: recent })
    await age(23)

    const rows = await database.query('SELECT 1 FROM api_key_idempotency WHERE tenant_id = $1', [tenantId])
    const anew = await keyring.issue({ ...owner, name: 'CI', idempotency: old })
    const again = await keyring.issue({ ...owner, name: 'CI', idempotency: recent })

    expect(rows).toHaveLength(1)
    expect(anew.secret).not.toBeNull()
    expect(anew.apiKey.id).not.toBe(first.apiKey.id)
    expect(again.secret).toBeNull()
  })

  test('whose key has been pruned makes no second one', async () => {
    const { keyring, owner, tenantId, countKeys } = await open()
    const input = { ...owner, name: 'CI', idempotency: request() }
    await keyring.issue(input)
    await keyring.revokeAll({ tenantId })
    await keyring.prune({ tenantId, olderThanMs: 0 })

    await expect(keyring.issue(input)).rejects.toMatchObject({ code: 'conflict' })

    expect(await countKeys()).toBe(0)
  })

  test('keeps neither the key nor the request, but their hashes', async () => {
    const { keyring, owner, tenantId } = await open()
    await keyring.issue({ ...owner, name: 'CI', idempotency: { key: 'order-7', digest: 'of-the-body' } })

    const [row] = await database.query(
      'SELECT i::text AS row FROM api_key_idempotency i WHERE tenant_id = $1',
      [tenantId],
    )

    expect(String(row?.row)).not.toMatch(/order-7|of-the-body/)
  })
})

describe('an idempotent rotation', () => {
  test('whose answer was lost is repeated without a second successor', async () => {
    const { keyring, owner, tenantId, countKeys } = await open()
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })
    const input = { tenantId, id: apiKey.id, idempotency: request() }

    const first = await keyring.rotate(input)
    const again = await keyring.rotate(input)

    expect(again).toEqual({ apiKey: first.apiKey, secret: null })
    expect(await countKeys()).toBe(2)
  })

  test('whose secret was lost is mended by rotating the successor, or by revoking it', async () => {
    const { keyring, owner, tenantId } = await open()
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })
    const input = { tenantId, id: apiKey.id, idempotency: request() }
    await keyring.rotate(input)
    const { apiKey: orphan } = await keyring.rotate(input)

    const mended = await keyring.rotate({ tenantId, id: orphan.id })

    const { apiKeys } = await keyring.list({ tenantId, status: 'active' })
    expect(apiKeys.map(({ id }) => id)).toEqual([mended.apiKey.id])
  })

  test('does not stand for another verb, nor for another key', async () => {
    const { keyring, owner, tenantId } = await open()
    const idempotency = request()
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI', idempotency })
    const other = await keyring.issue({ ...owner, name: 'CD' })
    const name = request()
    await keyring.rotate({ tenantId, id: apiKey.id, idempotency: name })

    const conflict = { code: 'idempotency_conflict' }
    await expect(keyring.rotate({ tenantId, id: apiKey.id, idempotency })).rejects.toMatchObject(conflict)
    const another = keyring.rotate({ tenantId, id: other.apiKey.id, idempotency: name })
    await expect(another).rejects.toMatchObject(conflict)
  })
})

test.each<[field: string, idempotency: Record<string, unknown> | null]>([
  ['idempotency.key', { digest: 'x' }],
  ['idempotency.key', { key: '', digest: 'x' }],
  ['idempotency.key', { key: 'x'.repeat(256), digest: 'x' }],
  ['idempotency.digest', { key: 'x' }],
  ['idempotency.digest', { key: 'x', digest: 7 }],
  ['Key', { Key: 'x', digest: 'x' }],
  ['input', null],
])('names the field %s of a wrong idempotency', async (field, idempotency) => {
  const { keyring, owner, countKeys } = await open()

  const issuing = keyring.issue({ ...owner, name: 'CI', idempotency } as never)

  await expect(issuing).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(`^${field}: must`),
  })
  expect(await countKeys()).toBe(0)
})
