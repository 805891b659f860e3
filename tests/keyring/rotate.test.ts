import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { IssueInput, RotateInput } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const HOUR_MS = 3_600_000

async function issueKey(more: Partial<IssueInput> = {}) {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', ...more } as IssueInput)
  return { keyring, apiKey, secret, key: { tenantId: owner.tenantId, id: apiKey.id } }
}

describe('rotate', () => {
  test('makes a successor that is the same but for its secret, and ends the old key at once', async () => {
    const { keyring, apiKey, secret, key } = await issueKey({
      scopes: ['orders:*', 'api-keys:read'],
      metadata: { team: 'billing' },
      expiresAt: new Date(Date.now() + HOUR_MS),
    })

    const successor = await keyring.rotate(key)

    const { id, keyPrefix, createdAt, rotatedFromId, ...same } = successor.apiKey
    expect(apiKey).toMatchObject(same)
    expect(rotatedFromId).toBe(apiKey.id)
    expect(successor.secret).not.toBe(secret)
    expect((await keyring.authenticate(successor.secret)).apiKey).toEqual(successor.apiKey)
    await expect(keyring.authenticate(secret)).rejects.toMatchObject({ reason: 'expired' })
  })

  test('leaves the old key alive for its grace, and tells since when it is rotated', async () => {
    const { keyring, secret, key } = await issueKey()

    const successor = await keyring.rotate({ ...key, graceMs: 600 })

    expect((await keyring.authenticate(secret)).apiKey.id).toBe(key.id)
    expect((await keyring.authenticate(successor.secret)).apiKey.id).toBe(successor.apiKey.id)
    const old = await keyring.get(key)
    expect(Number(old?.expiresAt) - Number(old?.rotatedAt)).toBe(600)
    await sleep(700)
    await expect(keyring.authenticate(secret)).rejects.toMatchObject({ reason: 'expired' })
  })

  test('never lets the old key live longer than it would have, nor the successor', async () => {
    const expiresAt = new Date(Date.now() + HOUR_MS)
    const { keyring, key } = await issueKey({ expiresAt })

    const successor = await keyring.rotate({ ...key, graceMs: 2 * HOUR_MS })

    expect((await keyring.get(key))?.expiresAt).toEqual(expiresAt)
    expect(successor.apiKey.expiresAt).toEqual(expiresAt)
  })

  test.each([
    ['a deadline of 7 days', {}, 168 * HOUR_MS],
    ['the deadline that was given', { deadlineMs: HOUR_MS }, HOUR_MS],
  ])('with a grace from the first use ends the old key at %s, used or not', async (_, input, endsInMs) => {
    const { keyring, key } = await issueKey()

    await keyring.rotate({ ...key, graceMs: 1_000, graceFrom: 'first-use', ...input })

    const old = await keyring.get(key)
    expect(Number(old?.expiresAt) - Number(old?.rotatedAt)).toBe(endsInMs)
  })

  test('grows the version of the old key, and begins that of the successor', async () => {
    const { keyring, key } = await issueKey()

    const successor = await keyring.rotate(key)

    expect([(await keyring.get(key))?.version, successor.apiKey.version]).toEqual([2, 1])
  })

  test.each([
    ['was rotated before', { graceMs: HOUR_MS }],
    ['was rotated without grace', {}],
  ])('refuses a key that %s', async (_, input) => {
    const { keyring, key } = await issueKey()
    await keyring.rotate({ ...key, ...input })

    await expect(keyring.rotate(key)).rejects.toMatchObject({
      code: 'conflict',
      status: 409,
      message: 'The API key was rotated before.',
    })
  })

  test('refuses a key that is revoked, or has expired, and makes no successor', async () => {
    const revoked = await issueKey()
    await revoked.keyring.revoke(revoked.key)
    const expired = await issueKey({ expiresAt: new Date(Date.now() + 300) })
    await sleep(400)

    await expect(revoked.keyring.rotate(revoked.key)).rejects.toMatchObject({
      code: 'conflict',
      message: 'The API key is revoked.',
    })
    await expect(expired.keyring.rotate(expired.key)).rejects.toMatchObject({
      code: 'conflict',
      message: 'The API key has expired.',
    })

    const made = await database.query('SELECT id FROM api_keys WHERE rotated_from_id = ANY($1)', [
      [revoked.key.id, expired.key.id],
    ])
    expect(made).toEqual([])
  })

  test('refuses a key whose user has left the tenant', async () => {
    const { keyring, apiKey, key } = await issueKey()
    const other = await database.addTenant()
    await database.query('UPDATE users SET tenant_id = $1 WHERE id = $2', [other.tenantId, apiKey.userId])

    await expect(keyring.rotate(key)).rejects.toMatchObject({
      code: 'conflict',
      message: 'The user of the API key is no longer in its tenant.',
    })

    expect((await keyring.get(key))?.rotatedAt).toBeNull()
  })

  test('goes on from successor to successor, all of one family', async () => {
    const { keyring, key } = await issueKey()

    const second = await keyring.rotate(key)
    const third = await keyring.rotate({ ...key, id: second.apiKey.id })

    const rows = await database.query('SELECT family_id FROM api_keys WHERE id = ANY($1)', [
      [second.apiKey.id, third.apiKey.id],
    ])
    expect(rows.map((row) => row.family_id)).toEqual([key.id, key.id])
    expect(third.apiKey.rotatedFromId).toBe(second.apiKey.id)
  })

  test.each<[field: string, input: Record<string, unknown>]>([
    ['tenantId', { tenantId: 'x' }],
    ['id', { id: undefined }],
    ['graceMs', { graceMs: -1 }],
    ['graceMs', { graceMs: 1.5 }],
    ['graceMs', { graceMs: '60000' }],
    ['graceMs', { graceMs: Number.NaN }],
    ['graceMs', { graceMs: 400 * 86_400_000 }],
    ['graceMs', { graceMs: 2 ** 31, graceFrom: 'first-use' }],
    ['graceFrom', { graceFrom: 'later' }],
    ['deadlineMs', { deadlineMs: 1_000 }],
    ['deadlineMs', { deadlineMs: 0, graceFrom: 'first-use' }],
    ['gracems', { gracems: 60_000 }],
    ['expiresAt', { expiresAt: null }],
  ])('names the field %s of wrong input', async (field, wrong) => {
    const { keyring, key } = await issueKey()

    await expect(keyring.rotate({ ...key, ...wrong } as RotateInput)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(`^${field}: must`),
    })
  })
})
