import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { EventsInput, Principal } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

async function open() {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  return { keyring, owner, tenantId: owner.tenantId }
}

describe('the trail', () => {
  test('tells the life of a key, newest first', async () => {
    const { keyring, owner, tenantId } = await open()
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI', scopes: ['a', 'b'] })
    const key = { tenantId, id: apiKey.id }
    await keyring.update({ ...key, name: 'CD', scopes: ['a'] })
    const successor = await keyring.rotate({ ...key, graceMs: 60_000 })
    const revoked = await keyring.revoke({ ...key, reason: 'leaked' })

    const { events, nextCursor } = await keyring.events(key)

    expect(events.map(({ type, details }) => ({ type, details }))).toEqual([
      { type: 'revoked', details: { reason: 'leaked' } },
      {
        type: 'rotated',
        details: { successorId: successor.apiKey.id, expiresAt: revoked.expiresAt?.toISOString() },
      },
      {
        type: 'updated',
        details: { before: { name: 'CI', scopes: ['a', 'b'] }, after: { name: 'CD', scopes: ['a'] } },
      },
      {
        type: 'issued',
        details: {
          name: 'CI',
          keyPrefix: apiKey.keyPrefix,
          userId: owner.userId,
          scopes: ['a', 'b'],
          expiresAt: null,
        },
      },
    ])
    expect(events.at(-1)).toMatchObject({ apiKeyId: apiKey.id, at: apiKey.createdAt })
    expect(nextCursor).toBeNull()
    expect((await keyring.events({ tenantId, id: successor.apiKey.id })).events[0]?.details).toMatchObject({
      rotatedFromId: apiKey.id,
    })
  })

  test('names who acted: as was said, else the issuer, else the system', async () => {
    const { keyring, owner, tenantId } = await open()
    const admin = await keyring.issue({ ...owner, name: 'admin', scopes: ['*'] })
    const issuer: Principal = await keyring.authenticate(admin.secret)
    const actor = { kind: 'user', id: 'alice', address: '2001:db8::1' } as const

    const said = await keyring.issue({ ...owner, name: 'said', issuer, actor })
    const inferred = await keyring.issue({ ...owner, name: 'inferred', issuer })

    const actorOf = async (id: string) => (await keyring.events({ tenantId, id })).events[0]?.actor
    expect(await actorOf(said.apiKey.id)).toEqual({ kind: 'user', id: 'alice', address: '2001:db8::1' })
    expect(await actorOf(inferred.apiKey.id)).toEqual({
      kind: 'api_key',
      id: admin.apiKey.id,
      address: null,
    })
    expect(await actorOf(admin.apiKey.id)).toEqual({ kind: 'system', id: null, address: null })
  })

  test('holds no hash and no secret', async () => {
    const { keyring, owner, tenantId } = await open()
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI' })
    const successor = await keyring.rotate({ tenantId, id: apiKey.id })
    await keyring.revoke({ tenantId, id: apiKey.id, family: true })

    const rows = await database.query('SELECT e::text AS row FROM api_key_events e WHERE tenant_id = $1', [
      tenantId,
    ])
    const hashes = await database.query('SELECT key_hash FROM api_keys WHERE tenant_id = $1', [tenantId])
    const hidden = [secret, successor.secret].map((text) => text.slice(8))
    const found = [...hidden, ...hashes.map((row) => String(row.key_hash))].filter((text) =>
      rows.some((row) => String(row.row).includes(text)),
    )
    expect(rows).toHaveLength(5)
    expect(found).toEqual([])
  })

  test('has no line of a change that failed', async () => {
    const { keyring, owner, tenantId } = await open()
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })
    const key = { tenantId, id: apiKey.id }
    await keyring.revoke(key)

    await expect(keyring.rotate(key)).rejects.toMatchObject({ code: 'conflict' })
    await expect(keyring.update({ ...key, name: 'CD' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(keyring.issue({ ...owner, userId: randomUUID(), name: 'x' })).rejects.toMatchObject({
      code: 'invalid_input',
    })

    const { events } = await keyring.events({ tenantId })
    expect(events.map(({ type }) => type)).toEqual(['revoked', 'issued'])
  })

  test('is not written without its change: a database that takes no events takes no keys', async () => {
    const { keyring, owner, tenantId } = await open()
    await database.query('ALTER TABLE api_key_events ADD CONSTRAINT full_disk CHECK (false) NOT VALID')

    const issuing = keyring.issue({ ...owner, name: 'CI' })
    await expect(issuing).rejects.toMatchObject({ code: 'store_unavailable' })

    await database.query('ALTER TABLE api_key_events DROP CONSTRAINT full_disk')
    expect((await keyring.list({ tenantId })).apiKeys).toEqual([])
  })

  test('is of one tenant', async () => {
    const { keyring, owner } = await open()
    const other = await database.addTenant()
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })

    expect((await keyring.events({ tenantId: other.tenantId })).events).toEqual([])
    expect((await keyring.events({ tenantId: other.tenantId, id: apiKey.id })).events).toEqual([])
  })

  test('comes in pages, each event once, also those of one instant', async () => {
    const { keyring, owner, tenantId } = await open()
    const ids: string[] = []
    for (let n = 0; n < 5; n += 1) {
      ids.push((await keyring.issue({ ...owner, name: `key ${n}` })).apiKey.id)
    }
    await keyring.revokeAll({ tenantId })
    const seen: string[] = []

    let cursor: string | null | undefined
    do {
      const page = await keyring.events({ tenantId, limit: 3, ...(cursor ? { cursor } : {}) })
      seen.push(...page.events.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor !== null)

    expect(new Set(seen).size).toBe(10)
    expect(seen).toHaveLength(10)
  })

  test('cannot be changed', async () => {
    const { keyring, owner, tenantId } = await open()
    await keyring.issue({ ...owner, name: 'CI' })

    const changing = database.query(`UPDATE api_key_events SET type = 'pruned' WHERE tenant_id = $1`, [
      tenantId,
    ])

    await expect(changing).rejects.toThrow('api_key_events cannot change')
  })

  test.each<[field: string, input: Partial<EventsInput>]>([
    ['limit', { limit: 0 }],
    ['cursor', { cursor: 'nonsense' }],
    ['id', { id: 'x' }],
    ['tenantId', { tenantId: 'x' }],
    ['apiKeyId', { apiKeyId: randomUUID() } as Partial<EventsInput>],
  ])('names the field %s of wrong input', async (field, wrong) => {
    const { keyring, tenantId } = await open()

    await expect(keyring.events({ tenantId, ...wrong })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(`^${field}: must`),
    })
  })
})
