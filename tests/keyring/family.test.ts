import { describe, expect, test } from '@jest/globals'
import type { Keyring, RevokeInput } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const HOUR_MS = 3_600_000

/** A key, its successor, and the successor of that: all of them alive. */
async function rotateTwice() {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const first = await keyring.issue({ ...owner, name: 'CI' })
  const rotate = (id: string) => keyring.rotate({ tenantId: owner.tenantId, id, graceMs: HOUR_MS })
  const second = await rotate(first.apiKey.id)
  const third = await rotate(second.apiKey.id)
  return { keyring, owner, tenantId: owner.tenantId, family: [first, second, third] }
}

const outcomes = (keyring: Keyring, secrets: readonly string[]) =>
  Promise.all(
    secrets.map((secret) =>
      keyring.authenticate(secret).then(
        () => 'passed',
        ({ reason }) => reason,
      ),
    ),
  )

describe('revoke with its family', () => {
  test.each([0, 1, 2])('ends every key of the chain, whichever is named: %i', async (named) => {
    const { keyring, owner, tenantId, family } = await rotateTwice()
    const stranger = await keyring.issue({ ...owner, name: 'another' })

    const revoked = await keyring.revoke({ tenantId, id: String(family[named]?.apiKey.id), family: true })

    expect(revoked.id).toBe(family[named]?.apiKey.id)
    const secrets = family.map(({ secret }) => secret)
    expect(await outcomes(keyring, secrets)).toEqual(['revoked', 'revoked', 'revoked'])
    expect(await outcomes(keyring, [stranger.secret])).toEqual(['passed'])
  })

  test('ends the rest of a family of which the first key was pruned', async () => {
    const { keyring, tenantId, family } = await rotateTwice()
    const [first, second, third] = family.map(({ apiKey }) => apiKey.id)
    await database.query('DELETE FROM api_keys WHERE id = $1', [first])

    await keyring.revoke({ tenantId, id: String(second), family: true })

    expect((await keyring.get({ tenantId, id: String(third) }))?.revokedAt).toBeInstanceOf(Date)
  })

  test('ends successors of a key that was revoked before, and leaves that one as it was', async () => {
    const { keyring, tenantId, family } = await rotateTwice()
    const [first, second] = family.map(({ apiKey }) => apiKey.id)
    const before = await keyring.revoke({ tenantId, id: String(first), reason: 'leaked' })

    const after = await keyring.revoke({ tenantId, id: String(first), reason: 'the rest', family: true })

    expect(after).toEqual(before)
    expect((await keyring.get({ tenantId, id: String(second) }))?.revokedReason).toBe('the rest')
  })
})

describe('revoke without its family', () => {
  test('ends one key and leaves its successor alive', async () => {
    const { keyring, tenantId, family } = await rotateTwice()

    await keyring.revoke({ tenantId, id: String(family[0]?.apiKey.id) })

    const secrets = family.map(({ secret }) => secret)
    expect(await outcomes(keyring, secrets)).toEqual(['revoked', 'passed', 'passed'])
  })
})

describe('the reason of a revocation', () => {
  test('is kept with the key and in the trail, and is that of the first one', async () => {
    const { keyring, tenantId, family } = await rotateTwice()
    const key = { tenantId, id: String(family[0]?.apiKey.id) }

    await keyring.revoke({ ...key, reason: 'found in a public repository' })
    const again = await keyring.revoke({ ...key, reason: 'another' })

    expect(again.revokedReason).toBe('found in a public repository')
    const { events } = await keyring.events(key)
    expect(events.filter(({ type }) => type === 'revoked').map(({ details }) => details)).toEqual([
      { reason: 'found in a public repository' },
    ])
  })

  test.each<[field: string, input: Record<string, unknown>]>([
    ['reason', { reason: '' }],
    ['reason', { reason: null }],
    ['reason', { reason: 'x'.repeat(501) }],
    ['reason', { reason: 'two\nlines' }],
    ['family', { family: 'yes' }],
    ['famly', { famly: true }],
  ])('and what else is wrong is named: %s', async (field, wrong) => {
    const { keyring, tenantId, family } = await rotateTwice()

    const revoking = keyring.revoke({ tenantId, id: family[0]?.apiKey.id, ...wrong } as RevokeInput)

    await expect(revoking).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(`^${field}: must`),
    })
  })
})
