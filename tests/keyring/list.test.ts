import { describe, expect, test } from '@jest/globals'
import type { ListInput } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

/** As a caller might forge one. */
function cursorAt(timeMs: number): string {
  return Buffer.from(`${timeMs} 6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a01`).toString('base64url')
}

async function issueKeys(count: number) {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const ids: string[] = []
  for (let n = 1; n <= count; n += 1) {
    ids.unshift((await keyring.issue({ ...owner, name: `key ${n}` })).apiKey.id)
  }
  return { keyring, owner, ids }
}

describe('list', () => {
  test('shows the keys of the tenant alone, newest first', async () => {
    const { keyring, owner } = await issueKeys(3)
    await issueKeys(1)

    const { apiKeys, nextCursor } = await keyring.list({ tenantId: owner.tenantId })

    expect(apiKeys.map(({ name }) => name)).toEqual(['key 3', 'key 2', 'key 1'])
    expect(nextCursor).toBeNull()
  })

  test('pages through keys of one instant, each exactly once, while keys are added', async () => {
    const { keyring, owner, ids } = await issueKeys(5)
    await database.query(`UPDATE api_keys SET created_at = '2026-01-01' WHERE tenant_id = $1`, [
      owner.tenantId,
    ])
    const seen: string[] = []

    let cursor: string | null | undefined
    do {
      const page = await keyring.list({ tenantId: owner.tenantId, limit: 2, ...(cursor ? { cursor } : {}) })
      seen.push(...page.apiKeys.map(({ id }) => id))
      cursor = page.nextCursor
      await keyring.issue({ ...owner, name: 'added meanwhile' })
    } while (cursor !== null)

    expect([...seen].sort()).toEqual([...ids].sort())
  })

  test('shows the keys of one user when asked to', async () => {
    const { keyring, owner, ids } = await issueKeys(2)

    const own = await keyring.list(owner)
    const none = await keyring.list({ ...owner, userId: (await database.addTenant()).userId })

    expect(own.apiKeys.map(({ id }) => id)).toEqual(ids)
    expect(none.apiKeys).toEqual([])
  })

  test.each<[field: string, input: Partial<ListInput>]>([
    ['limit', { limit: 0 }],
    ['limit', { limit: 201 }],
    ['limit', { limit: 1.5 }],
    ['cursor', { cursor: 'nonsense' }],
    ['cursor', { cursor: '' }],
    ['cursor', { cursor: cursorAt(-1) }],
    ['cursor', { cursor: cursorAt(Date.UTC(10_000)) }],
    ['cursor', { cursor: cursorAt(8.64e15) }],
    ['tenantId', { tenantId: 'x' }],
    ['userId', { userId: 'x' }],
  ])('names the field %s of wrong input', async (field, wrong) => {
    const { keyring, owner } = await issueKeys(0)

    await expect(keyring.list({ tenantId: owner.tenantId, ...wrong })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(`^${field}: must`),
    })
  })
})

describe('get', () => {
  test('returns a key of the tenant, and null for another tenant’s', async () => {
    const { keyring, owner, ids } = await issueKeys(1)
    const other = await database.addTenant()
    const id = String(ids[0])

    const own = await keyring.get({ tenantId: owner.tenantId, id })
    const foreign = await keyring.get({ tenantId: other.tenantId, id })

    expect(own?.name).toBe('key 1')
    expect(foreign).toBeNull()
  })
})
