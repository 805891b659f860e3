import { describe, expect, test } from '@jest/globals'
import type { Keyring } from 'express-api-keys'
import { createMemoryKeyring } from 'express-api-keys/testing'
import { noteSecret } from '../support/keyring.js'

const tenantId = 't1'
const id = '0b7d4a3e-6a52-4f0e-9a0c-3f6d1f2b7c11'
const owner = { tenantId, userId: 'u1', name: 'CI' }
const key = { tenantId, id }

const noOwner = 'must be a text or a number that is an id'
const noId = 'must be a UUID'
const noScopes = /^scopes: must be a list of at most 100 scopes .*; scopes\[1\] is none$/
const noLimits =
  /^limits: must be null or a list of 1 to 8 limits of different windows, such as .* or "500\/lifetime"/
const noPlaces =
  /^allowedCidrs: must be null or a list of 1 to 50 networks such as .*, with no bit set beyond its length/

/** Called as by somebody without a compiler. */
type Call = [verb: keyof Keyring, input: unknown, message: string | RegExp]

const ofOwners: Call[] = [
  ['issue', { ...owner, tenantId: {} }, `tenantId: ${noOwner}`],
  ['issue', { ...owner, tenantId: '' }, `tenantId: ${noOwner}`],
  ['issue', { ...owner, tenantId: 1.5 }, `tenantId: ${noOwner}`],
  ['issue', { ...owner, userId: null }, `userId: ${noOwner}`],
  ['issue', { ...owner, userId: 'x'.repeat(201) }, 'userId: must have at most 200 characters'],
  ['update', { ...key, tenantId: true }, `tenantId: ${noOwner}`],
  ['rotate', { ...key, tenantId: true }, `tenantId: ${noOwner}`],
  ['revoke', { ...key, tenantId: true }, `tenantId: ${noOwner}`],
  ['revokeAll', { tenantId: true }, `tenantId: ${noOwner}`],
  ['revokeAll', { tenantId, userId: [] }, `userId: ${noOwner}`],
  ['prune', { tenantId: true, olderThanMs: 0 }, `tenantId: ${noOwner}`],
  ['get', { ...key, tenantId: true }, `tenantId: ${noOwner}`],
  ['list', { tenantId: true }, `tenantId: ${noOwner}`],
  ['list', { tenantId, userId: [] }, `userId: ${noOwner}`],
  ['events', { tenantId: true }, `tenantId: ${noOwner}`],
  ['usage', { ...key, tenantId: true }, `tenantId: ${noOwner}`],
]

const ofKeys: Call[] = [
  ['update', { ...key, id: 'CI' }, `id: ${noId}`],
  ['rotate', { ...key, id: `${id}0` }, `id: ${noId}`],
  ['revoke', { ...key, id: ` ${id}` }, `id: ${noId}`],
  ['get', { ...key, id: 7 }, `id: ${noId}`],
  ['events', { ...key, id: null }, `id: ${noId}`],
  ['usage', { ...key, id: '' }, `id: ${noId}`],
]

const ofFields: Call[] = [
  ['issue', null, 'input: must be an object'],
  [
    'issue',
    { ...owner, expiresat: null },
    /^expiresat: must be one of the fields tenantId, userId, name, scopes, .*issuer, actor$/,
  ],
  ['issue', { ...owner, name: 7 }, 'name: must be a text that says what the key is for'],
  ['issue', { ...owner, name: ' ' }, 'name: must be a text that says what the key is for'],
  ['issue', { ...owner, name: 'x'.repeat(201) }, 'name: must have at most 200 characters'],
  ['issue', { ...owner, name: 'a\u0007b' }, 'name: must not contain control characters or broken Unicode'],
  ['issue', { ...owner, name: 'a\ud800' }, 'name: must not contain control characters or broken Unicode'],
  ['issue', { ...owner, scopes: ['orders:read', 'Orders'] }, noScopes],
  [
    'issue',
    { ...owner, limits: ['10/s', '10/sec'] },
    new RegExp(`${noLimits.source}; limits\\[1\\] is none$`),
  ],
  ['issue', { ...owner, limits: ['10/s', '20/s'] }, new RegExp(`${noLimits.source}$`)],
  ['issue', { ...owner, limits: [] }, new RegExp(`${noLimits.source}$`)],
  [
    'issue',
    { ...owner, allowedCidrs: ['10.0.0.0/8', '10.0.0.1/8'] },
    new RegExp(`${noPlaces.source}; allowedCidrs\\[1\\] is none$`),
  ],
  ['issue', { ...owner, allowedCidrs: [] }, new RegExp(`${noPlaces.source}$`)],
  [
    'issue',
    { ...owner, expiresAt: 'tomorrow' },
    'expiresAt: must be a valid Date, or null for a key that never expires',
  ],
  [
    'issue',
    { ...owner, expiresAt: new Date(Number.NaN) },
    'expiresAt: must be a valid Date, or null for a key that never expires',
  ],
  ['issue', { ...owner, expiresAt: new Date('+010000-01-01') }, 'expiresAt: must be before the year 10000'],
  ['issue', { ...owner, expiresAt: new Date(0) }, 'expiresAt: must be in the future'],
  ['update', { ...key, ifVersion: 0 }, 'ifVersion: must be a whole number from 1 to 2147483647'],
  ['update', { ...key, ifVersion: 2_147_483_648 }, /^ifVersion: must be a whole number from 1/],
  ['revoke', { ...key, family: 'yes' }, 'family: must be true or false'],
  ['revoke', { ...key, reason: '' }, 'reason: must be a text that says why'],
  ['revoke', { ...key, reason: 'x'.repeat(501) }, 'reason: must have at most 500 characters'],
  ['rotate', { ...key, graceFrom: 'later' }, 'graceFrom: must be one of now, first-use'],
  ['rotate', { ...key, graceMs: -1 }, 'graceMs: must be a whole number from 0 to 31622400000'],
  [
    'rotate',
    { ...key, graceMs: 2_147_483_648, graceFrom: 'first-use' },
    'graceMs: must be a whole number from 0 to 2147483647',
  ],
  ['rotate', { ...key, deadlineMs: 1 }, 'deadlineMs: must be left out unless graceFrom is first-use'],
  [
    'rotate',
    { ...key, deadlineMs: 0, graceFrom: 'first-use' },
    'deadlineMs: must be a whole number from 1 to 31622400000',
  ],
  ['prune', { tenantId }, 'olderThanMs: must be a whole number from 0 to 3162240000000'],
  ['prune', { tenantId, olderThanMs: 0.5 }, /^olderThanMs: must be a whole number/],
  ['list', { tenantId, status: 'dead' }, 'status: must be one of active, expired, revoked'],
  ['list', { tenantId, text: '' }, 'text: must be a text to look for'],
  ['list', { tenantId, text: 'x'.repeat(201) }, 'text: must have at most 200 characters'],
  ['list', { tenantId, limit: 0 }, 'limit: must be a whole number from 1 to 200'],
  ['list', { tenantId, limit: 201 }, 'limit: must be a whole number from 1 to 200'],
  ['list', { tenantId, cursor: 'x' }, 'cursor: must be the nextCursor of an earlier page'],
  ['list', { tenantId, cursor: cursor(-1) }, 'cursor: must be the nextCursor of an earlier page'],
  ['list', { tenantId, cursor: cursor(253_402_300_800_000) }, /^cursor: must be the nextCursor/],
  ['list', { tenantId, cursor: cursor(0, 'CI') }, `cursor: ${noId}`],
  ['usage', { ...key, from: '2026-01-01' }, 'from: must be a valid Date, from 1970 to the year 9999'],
  ['usage', { ...key, from: new Date(-1) }, 'from: must be a valid Date, from 1970 to the year 9999'],
  ['usage', { ...key, to: new Date('+010000-01-01') }, /^to: must be a valid Date/],
  [
    'usage',
    { ...key, from: new Date('2026-01-02'), to: new Date('2026-01-01') },
    'from: must not be after "to"',
  ],
  [
    'usage',
    { ...key, from: new Date('2025-01-01'), to: new Date('2026-01-02') },
    'from: must be less than 366 days before "to"',
  ],
]

const ofActors: Call[] = [
  ['revoke', { ...key, actor: null }, 'actor: must be an object with a kind'],
  ['revoke', { ...key, actor: 'nora' }, 'actor: must be an object with a kind'],
  ['revoke', { ...key, actor: { kind: 'robot' } }, /^actor\.kind: must be one of /],
  [
    'revoke',
    { ...key, actor: { kind: 'user', ip: '::1' } },
    'ip: must be one of the fields kind, id, address',
  ],
  ['revoke', { ...key, actor: { kind: 'user', id: '' } }, 'actor.id: must be a text of its own'],
  ['revoke', { ...key, actor: { kind: 'user', id: 'x'.repeat(201) } }, /^actor\.id: must have at most 200 /],
  [
    'revoke',
    { ...key, actor: { kind: 'user', address: 7 } },
    'actor.address: must be a text such as an IP address',
  ],
  [
    'revoke',
    { ...key, actor: { kind: 'user', address: 'x'.repeat(101) } },
    'actor.address: must have at most 100 characters',
  ],
  [
    'revoke',
    { ...key, issuer: { apiKey: {}, grants: {} } },
    'issuer: must be a principal; leave it out where the application itself acts',
  ],
  [
    'issue',
    { ...owner, idempotency: { key: '', digest: 'd' } },
    'idempotency.key: must be a text that names the request',
  ],
  [
    'issue',
    { ...owner, idempotency: { key: 'k', digest: '' } },
    'idempotency.digest: must be a text that names the request',
  ],
  [
    'issue',
    { ...owner, idempotency: { key: 'k', digest: 'd', once: true } },
    'once: must be one of the fields key, digest',
  ],
]

function cursor(ms: number, ofId = id): string {
  return Buffer.from(`${ms} ${ofId}`).toString('base64url')
}

/** Not found is all that is wrong with it. */
const fine: Call[] = [
  ['update', { ...key, id: id.toUpperCase(), ifVersion: 1 }, 'There is no such API key in this tenant.'],
  ['update', { ...key, ifVersion: 2_147_483_647 }, 'There is no such API key in this tenant.'],
  ['rotate', { ...key, graceMs: 31_622_400_000 }, 'There is no such API key in this tenant.'],
  [
    'rotate',
    { ...key, graceMs: 2_147_483_647, graceFrom: 'first-use', deadlineMs: 1 },
    'There is no such API key in this tenant.',
  ],
  ['revoke', { ...key, tenantId: 7, reason: 'x'.repeat(500) }, 'There is no such API key in this tenant.'],
  ['revoke', { ...key, tenantId: 'x'.repeat(200), family: true }, 'There is no such API key in this tenant.'],
  [
    'revoke',
    { ...key, actor: { kind: 'user', id: 'x'.repeat(200), address: 'x'.repeat(100) } },
    'There is no such API key in this tenant.',
  ],
  [
    'usage',
    { ...key, from: new Date(0), to: new Date('1970-12-31') },
    'There is no such API key in this tenant.',
  ],
  [
    'usage',
    { ...key, from: new Date('9999-12-31T23:59:59.999Z'), to: new Date('9999-12-31') },
    'There is no such API key in this tenant.',
  ],
]

describe('a verb', () => {
  test.each([...ofOwners, ...ofKeys, ...ofFields, ...ofActors, ...fine])(
    '%s, of %j, says %s',
    async (verb, input, message) => {
      const keyring = createMemoryKeyring()

      const asking: Promise<unknown> = Object(keyring)[verb](input)
      const error = await asking.catch((thrown: unknown) => thrown)
      await keyring.close()

      expect(error).toMatchObject({
        code: fine.some(([, of]) => of === input) ? 'not_found' : 'invalid_input',
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      })
    },
  )

  test('takes the bounds of pages, and a cursor of the first and of the last instant', async () => {
    const keyring = createMemoryKeyring()
    noteSecret((await keyring.issue({ ...owner, name: 'x'.repeat(200) })).secret)
    const first = { tenantId, cursor: cursor(0) }
    const last = { tenantId, cursor: cursor(253_402_300_799_999) }

    const pages = [{ tenantId, limit: 1 }, { tenantId, limit: 200, text: 'x'.repeat(200) }, first, last]
    const found = await Promise.all(pages.map((page) => keyring.list(page)))
    await keyring.close()

    expect(found.map(({ apiKeys, nextCursor }) => [apiKeys.length, nextCursor])).toEqual([
      ...[
        [1, null],
        [1, null],
        [0, null],
        [1, null],
      ],
    ])
  })
})
