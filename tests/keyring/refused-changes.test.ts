import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { IssueInput, Keyring } from 'express-api-keys'
import { createMemoryKeyring } from 'express-api-keys/testing'
import { noteSecret } from '../support/keyring.js'

const owner = { tenantId: 't1', userId: 'u1', name: 'CI' }

const opened: Keyring[] = []
afterEach(() => Promise.all(opened.splice(0).map((keyring) => keyring.close())))

function openKeyring() {
  const keyring = createMemoryKeyring()
  opened.push(keyring)
  const issue = async (more: Partial<IssueInput> = {}) => {
    const { apiKey, secret } = await keyring.issue({ ...owner, ...more })
    noteSecret(secret)
    return { secret, key: { tenantId: apiKey.tenantId, id: apiKey.id } }
  }
  return { keyring, issue }
}

const sentenceOf = (asking: Promise<unknown>) =>
  asking.then(
    () => 'done',
    ({ code, message }) => `${code}: ${message}`,
  )

describe('a key that was rotated', () => {
  const open = async () => {
    const { keyring, issue } = openKeyring()
    const { key } = await issue()
    noteSecret((await keyring.rotate({ ...key, graceMs: 60_000 })).secret)
    const end = (await keyring.get(key))?.expiresAt
    return { keyring, key, endMs: end?.getTime() ?? Number.NaN }
  }

  test.each<[when: string, toExpiry: (endMs: number) => Date | null, outcome: string]>([
    ['never', () => null, 'conflict: The API key was rotated: it can only end earlier.'],
    ['later', (endMs) => new Date(endMs + 1), 'conflict: The API key was rotated: it can only end earlier.'],
    ['when it would', (endMs) => new Date(endMs), 'done'],
    ['earlier', (endMs) => new Date(endMs - 1), 'done'],
  ])('may not end later than it would: %s', async (_, toExpiry, outcome) => {
    const { keyring, key, endMs } = await open()

    expect(await sentenceOf(keyring.update({ ...key, expiresAt: toExpiry(endMs) }))).toBe(outcome)
  })

  test('may change in all else', async () => {
    const { keyring, key } = await open()

    expect(await sentenceOf(keyring.update({ ...key, name: 'old CI' }))).toBe('done')
  })

  test('and has ended, is told from one that has expired, and from one that is revoked', async () => {
    const { keyring, issue } = openKeyring()
    const [rotated, expired, revoked] = [await issue(), await issue(), await issue()]
    noteSecret((await keyring.rotate(rotated.key)).secret)
    await keyring.update({ ...expired.key, expiresAt: new Date(Date.now() + 20) })
    await keyring.revoke(revoked.key)
    await sleep(30)

    const sentences = await Promise.all(
      [rotated, expired, revoked].map(({ key }) => sentenceOf(keyring.update({ ...key, name: 'new' }))),
    )
    const again = await sentenceOf(keyring.rotate(rotated.key))
    await keyring.revoke(rotated.key)
    const atLast = await sentenceOf(keyring.rotate(rotated.key))

    expect(sentences).toEqual([
      'conflict: The API key was rotated and has expired.',
      'conflict: The API key has expired.',
      'conflict: The API key is revoked.',
    ])
    expect(again).toBe('conflict: The API key was rotated before.')
    expect(atLast).toBe('conflict: The API key is revoked.')
  })
})

describe('an issuer that is not what it was when it authenticated', () => {
  const manage = { scopes: ['api-keys:manage'] }
  const changes: [change: string, make: (keyring: Keyring, key: Keys) => Promise<unknown>, why: string][] = [
    ['is revoked', (keyring, key) => keyring.revoke(key), 'The issuer is no active API key.'],
    [
      'has expired',
      (keyring, key) => keyring.update({ ...key, expiresAt: new Date(Date.now() + 5) }).then(() => sleep(10)),
      'The issuer is no active API key.',
    ],
    [
      'was narrowed',
      (keyring, key) => keyring.update({ ...key, scopes: [] }),
      'The issuer lacks the scope "api-keys:manage".',
    ],
    [
      'is gone',
      (keyring, key) =>
        keyring.revoke(key).then(() => keyring.prune({ tenantId: key.tenantId, olderThanMs: 0 })),
      'The issuer is no active API key.',
    ],
  ]
  interface Keys {
    readonly tenantId: string
    readonly id: string
  }

  test.each(changes)('and %s, hands out and changes nothing', async (_, change, why) => {
    const { keyring, issue } = openKeyring()
    const [manager, { key }] = [await issue(manage), await issue()]
    const issuer = await keyring.authenticate(manager.secret)
    await change(keyring, manager.key)

    const sentences = await Promise.all(
      [
        keyring.issue({ ...owner, issuer }),
        keyring.rotate({ ...key, issuer }),
        keyring.update({ ...key, name: 'new', issuer }),
        keyring.revoke({ ...key, issuer }),
        keyring.revokeAll({ tenantId: owner.tenantId, issuer }),
      ].map(sentenceOf),
    )

    expect(sentences).toEqual(Array(5).fill(`exceeds_issuer: ${why}`))
  })

  test('of another tenant manages nothing of this one', async () => {
    const { keyring, issue } = openKeyring()
    const stranger = await issue({ ...manage, tenantId: 't2' })
    const issuer = await keyring.authenticate(stranger.secret)

    expect(await sentenceOf(keyring.issue({ ...owner, issuer }))).toMatch(/^exceeds_issuer: /)
  })
})

describe('a change', () => {
  test('of another version than was seen says which there is', async () => {
    const { keyring, issue } = openKeyring()
    const { key } = await issue()
    await keyring.update({ ...key, name: 'first' })

    expect(await sentenceOf(keyring.update({ ...key, name: 'second', ifVersion: 1 }))).toBe(
      'precondition_failed: The API key has changed: its version is 2.',
    )
  })

  test('under an idempotency key of another request, or of a key that is gone, is told so', async () => {
    const { keyring } = openKeyring()
    const idempotency = { key: 'once', digest: 'd' }
    const { apiKey, secret } = await keyring.issue({ ...owner, idempotency })
    noteSecret(String(secret))

    const other = await sentenceOf(keyring.issue({ ...owner, idempotency: { ...idempotency, digest: 'e' } }))
    await keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id })
    await keyring.prune({ tenantId: owner.tenantId, olderThanMs: 0 })
    const gone = await sentenceOf(keyring.issue({ ...owner, idempotency }))

    expect(other).toBe('idempotency_conflict: Another request came under this idempotency key before.')
    expect(gone).toBe('conflict: The API key that this request made is gone.')
  })

  test('names its actor in the trail: the one that is given, else the issuer, else the system', async () => {
    const { keyring, issue } = openKeyring()
    const manager = await issue({ scopes: ['api-keys:manage'] })
    const issuer = await keyring.authenticate(manager.secret)
    const actor = { kind: 'user', id: 'nora', address: '203.0.113.7' } as const
    const { key } = await issue()

    await keyring.update({ ...key, name: 'one', issuer })
    await keyring.update({ ...key, name: 'two', actor: { kind: 'system' } })
    await keyring.revoke({ ...key, issuer, actor })

    const { events } = await keyring.events(key)
    expect(events.map(({ actor: { kind, id } }) => [kind, id])).toEqual([
      ['user', 'nora'],
      ['system', null],
      ['api_key', manager.key.id],
      ['system', null],
    ])
    expect(events[0]?.actor).toEqual(actor)
  })
})

describe('more than a thousand keys', () => {
  test('end together, also with the one that asks among them, and are pruned together', async () => {
    const { keyring, issue } = openKeyring()
    const manager = await issue({ scopes: ['api-keys:manage'] })
    for (let n = 0; n < 1_001; n += 1) await issue()
    const issuer = await keyring.authenticate(manager.secret)

    const revoked = await keyring.revokeAll({ tenantId: owner.tenantId, issuer, reason: 'leaked' })
    const pruned = await keyring.prune({ tenantId: owner.tenantId, olderThanMs: 0 })

    expect([revoked, pruned]).toEqual([{ revoked: 1_002 }, { pruned: 1_002 }])
  })

  test('of which none has ended long enough, stay', async () => {
    const { keyring, issue } = openKeyring()
    await issue()
    await keyring.revokeAll({ tenantId: owner.tenantId })

    expect(await keyring.prune({ tenantId: owner.tenantId, olderThanMs: 60_000 })).toEqual({ pruned: 0 })
    expect(await keyring.revokeAll({ tenantId: owner.tenantId })).toEqual({ revoked: 0 })
  })
})
