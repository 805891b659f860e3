import { describe, expect, test } from '@jest/globals'
import type { IssueInput, Principal } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const SOON = new Date(Date.now() + 3_600_000)
const LATER = new Date(Date.now() + 7_200_000)

/** An issuer with these rights, and a key of the same tenant with those. */
async function open(issuer: Partial<IssueInput>, key: Partial<IssueInput> = {}) {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const { secret } = await keyring.issue({ ...owner, name: 'issuer', ...issuer } as IssueInput)
  const { apiKey } = await keyring.issue({ ...owner, name: 'CI', ...key } as IssueInput)
  const principal: Principal = await keyring.authenticate(secret)
  return { keyring, owner, issuer: principal, key: { tenantId: owner.tenantId, id: apiKey.id } }
}

const manage = { scopes: ['api-keys:manage', 'orders:*'] }
const exceeds = { code: 'exceeds_issuer', status: 403 }

describe('an issuer', () => {
  test('issues what it holds, or less, and nothing by default', async () => {
    const { keyring, owner, issuer } = await open(manage)

    const child = await keyring.issue({ ...owner, name: 'child', scopes: ['orders:read'], issuer })
    const bare = await keyring.issue({ ...owner, name: 'bare', issuer })

    expect(child.apiKey.scopes).toEqual(['orders:read'])
    expect((await keyring.authenticate(bare.secret)).grants.covers('orders:read')).toBe(false)
  })

  test.each<[what: string, asked: Partial<IssueInput>]>([
    ['a scope beyond its own', { scopes: ['orders:read', 'users:read'] }],
    ['all scopes', { scopes: ['*'] }],
    ['all of the scopes to manage keys', { scopes: ['api-keys:*'] }],
    ['an end after its own', { expiresAt: LATER }],
    ['no end', { expiresAt: null }],
    ['no end, by leaving it out', {}],
  ])('does not issue %s', async (_, asked) => {
    const { keyring, owner, issuer } = await open({ ...manage, expiresAt: SOON })

    await expect(keyring.issue({ ...owner, name: 'child', ...asked, issuer })).rejects.toMatchObject(exceeds)
  })

  test.each<[what: string, key: Partial<IssueInput>]>([
    ['with a scope beyond its own', { scopes: ['users:read'], expiresAt: SOON }],
    ['that outlives it', { scopes: [], expiresAt: LATER }],
    ['that never ends', { scopes: [] }],
  ])('neither rotates nor updates a key %s, but revokes it', async (_, key) => {
    const opened = await open({ ...manage, expiresAt: SOON }, key)
    const { keyring, issuer } = opened

    await expect(keyring.rotate({ ...opened.key, issuer })).rejects.toMatchObject(exceeds)
    const narrowing = { scopes: [], expiresAt: new Date(Date.now() + 60_000) }
    await expect(keyring.update({ ...opened.key, ...narrowing, issuer })).rejects.toMatchObject(exceeds)

    expect((await keyring.revoke({ ...opened.key, issuer })).revokedAt).toBeInstanceOf(Date)
  })

  test('rotates and updates a key that it covers, within what it covers', async () => {
    const { keyring, issuer, key } = await open(manage, { scopes: ['orders:read'] })

    await keyring.update({ ...key, scopes: ['orders:*'], issuer })
    await expect(keyring.update({ ...key, scopes: ['users:read'], issuer })).rejects.toMatchObject(exceeds)
    const successor = await keyring.rotate({ ...key, issuer })

    expect(successor.apiKey.scopes).toEqual(['orders:*'])
  })

  test('does not widen itself', async () => {
    const { keyring, issuer } = await open(manage)
    const self = { tenantId: issuer.apiKey.tenantId, id: issuer.apiKey.id, issuer }

    await expect(keyring.update({ ...self, scopes: ['*'] })).rejects.toMatchObject(exceeds)

    expect((await keyring.update({ ...self, scopes: ['api-keys:manage'] })).scopes).toEqual([
      'api-keys:manage',
    ])
  })

  test.each<[what: string, change: string]>([
    ['revoked', 'revoked_at = now()'],
    ['expired', `expires_at = now() - interval '1 second'`],
    ['narrowed', `scopes = '["orders:*"]'`],
  ])('that was %s since it authenticated hands out nothing more', async (_, change) => {
    const { keyring, owner, issuer, key } = await open(manage)
    await database.query(`UPDATE api_keys SET ${change} WHERE id = $1`, [issuer.apiKey.id])

    await expect(keyring.issue({ ...owner, name: 'child', issuer })).rejects.toMatchObject(exceeds)
    await expect(keyring.rotate({ ...key, issuer })).rejects.toMatchObject(exceeds)
    await expect(keyring.update({ ...key, name: 'CD', issuer })).rejects.toMatchObject(exceeds)
    await expect(keyring.revoke({ ...key, issuer })).rejects.toMatchObject(exceeds)
    await expect(keyring.revokeAll({ tenantId: owner.tenantId, issuer })).rejects.toMatchObject(exceeds)
  })

  test('whose user has left the tenant since it authenticated hands out nothing more', async () => {
    const { keyring, owner, issuer, key } = await open(manage)
    const elsewhere = await database.addTenant()
    const values = [elsewhere.tenantId, owner.userId]
    await database.query('UPDATE users SET tenant_id = $1 WHERE id = $2', values)

    await expect(keyring.issue({ ...owner, name: 'child', issuer })).rejects.toMatchObject(exceeds)
    await expect(keyring.rotate({ ...key, issuer })).rejects.toMatchObject(exceeds)
    await expect(keyring.update({ ...key, name: 'CD', issuer })).rejects.toMatchObject(exceeds)
    await expect(keyring.revoke({ ...key, issuer })).rejects.toMatchObject(exceeds)
    await expect(keyring.revokeAll({ tenantId: owner.tenantId, issuer })).rejects.toMatchObject(exceeds)
  })

  test('that was widened since it authenticated hands out what it held then', async () => {
    const { keyring, owner, issuer } = await open(manage)
    await database.query(`UPDATE api_keys SET scopes = '["*"]' WHERE id = $1`, [issuer.apiKey.id])

    const issuing = keyring.issue({ ...owner, name: 'child', scopes: ['users:read'], issuer })

    await expect(issuing).rejects.toMatchObject(exceeds)
  })

  // What is missing by mistake must not act as the application itself.
  test.each([undefined, null, {}, { apiKey: { id: 'x' } }, 'issuer'])(
    'that is no principal is refused, not left out: %j',
    async (issuer) => {
      const { keyring, owner, key } = await open(manage)

      const refused = {
        code: 'invalid_input',
        message: expect.stringMatching('^issuer: must be a principal'),
      }
      await expect(keyring.issue({ ...owner, name: 'CI', issuer } as never)).rejects.toMatchObject(refused)
      await expect(keyring.revoke({ ...key, issuer } as never)).rejects.toMatchObject(refused)
      const { tenantId } = owner
      await expect(keyring.revokeAll({ tenantId, issuer } as never)).rejects.toMatchObject(refused)
    },
  )
})
