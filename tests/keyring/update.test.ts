import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { IssueInput, UpdateInput } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

async function issueKey(more: Partial<IssueInput> = {}) {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const { apiKey, secret } = await keyring.issue({
    ...owner,
    name: 'CI',
    scopes: ['orders:read'],
    metadata: { team: 'billing' },
    ...more,
  } as IssueInput)
  return { keyring, apiKey, secret, key: { tenantId: owner.tenantId, id: apiKey.id } }
}

describe('update', () => {
  test('changes what is named and nothing else, and this process obeys at once', async () => {
    const { keyring, apiKey, secret, key } = await issueKey()
    await keyring.authenticate(secret)

    const updated = await keyring.update({ ...key, scopes: ['orders:*', 'orders:*'] })

    expect(updated).toEqual({ ...apiKey, scopes: ['orders:*'], version: 2, lastUsedAt: updated.lastUsedAt })
    expect((await keyring.authenticate(secret)).grants.covers('orders:write')).toBe(true)
  })

  test.each<[field: string, change: Partial<UpdateInput>]>([
    ['name', { name: 'CD' }],
    ['metadata', { metadata: { owner: 'me' } }],
    ['metadata', { metadata: {} }],
    ['scopes', { scopes: [] }],
    ['expiresAt', { expiresAt: new Date(Date.UTC(2099, 0, 1)) }],
  ])('of %s grows the version by one', async (_, change) => {
    const { keyring, key } = await issueKey()

    const updated = await keyring.update({ ...key, ...change })

    expect(updated).toMatchObject({ ...change, version: 2 })
    expect(await keyring.get(key)).toEqual(updated)
  })

  test('takes an end away again', async () => {
    const { keyring, key } = await issueKey({ expiresAt: new Date(Date.UTC(2099, 0, 1)) })

    expect((await keyring.update({ ...key, expiresAt: null })).expiresAt).toBeNull()
  })

  test.each<[what: string, change: Partial<UpdateInput>]>([
    ['nothing', {}],
    ['what is there already', { name: 'CI', scopes: ['orders:read'], metadata: { team: 'billing' } }],
  ])('with %s changes nothing, and leaves no event', async (_, change) => {
    const { keyring, apiKey, key } = await issueKey()

    const updated = await keyring.update({ ...key, ...change })

    expect(updated).toEqual(apiKey)
    expect((await keyring.events(key)).events.map(({ type }) => type)).toEqual(['issued'])
  })

  test('refuses a key that has changed since the version that was seen', async () => {
    const { keyring, key } = await issueKey()
    await keyring.update({ ...key, name: 'first', ifVersion: 1 })

    const late = keyring.update({ ...key, name: 'second', ifVersion: 1 })

    await expect(late).rejects.toMatchObject({ code: 'precondition_failed', status: 412 })
    expect((await keyring.get(key))?.name).toBe('first')
    expect((await keyring.update({ ...key, name: 'second', ifVersion: 2 })).version).toBe(3)
  })

  test('of many that saw the same version lets one through', async () => {
    const { keyring, key } = await issueKey()

    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        keyring.update({ ...key, name: `name ${n}`, ifVersion: 1 }).then(
          () => 'changed',
          ({ code }) => code,
        ),
      ),
    )

    expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'precondition_failed')).toHaveLength(7)
  })

  test('refuses a key that is revoked or has expired, whatever version is given, and wakes neither', async () => {
    const revoked = await issueKey()
    await revoked.keyring.revoke(revoked.key)
    const expired = await issueKey({ expiresAt: new Date(Date.now() + 300) })
    await sleep(400)

    const change = { expiresAt: null, ifVersion: 7 }
    await expect(revoked.keyring.update({ ...revoked.key, ...change })).rejects.toMatchObject({
      code: 'conflict',
      message: 'The API key is revoked.',
    })
    await expect(expired.keyring.update({ ...expired.key, ...change })).rejects.toMatchObject({
      code: 'conflict',
      message: 'The API key has expired.',
    })

    await expect(revoked.keyring.authenticate(revoked.secret)).rejects.toMatchObject({ reason: 'revoked' })
    await expect(expired.keyring.authenticate(expired.secret)).rejects.toMatchObject({ reason: 'expired' })
  })

  test.each<[field: string, input: Record<string, unknown>]>([
    ['name', { name: null }],
    ['name', { name: ' ' }],
    ['scopes', { scopes: null }],
    ['scopes', { scopes: ['a:*:b'] }],
    ['metadata', { metadata: null }],
    ['metadata', { metadata: 'text' }],
    ['expiresAt', { expiresAt: new Date(0) }],
    ['expiresAt', { expiresAt: 0 }],
    ['ifVersion', { ifVersion: '1' }],
    ['ifVersion', { ifVersion: 0 }],
    ['userId', { userId: '00000000-0000-0000-0000-000000000000' }],
    ['revokedAt', { revokedAt: null }],
    ['expiresat', { expiresat: null }],
  ])('names the field %s of wrong input', async (field, wrong) => {
    const { keyring, key } = await issueKey()

    await expect(keyring.update({ ...key, ...wrong } as UpdateInput)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(`^${field}: must`),
    })
  })
})
