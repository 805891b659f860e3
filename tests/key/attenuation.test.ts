import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cannotManage, exceeds, type Issuer, MANAGE_SCOPE } from '../../src/key/attenuation.js'
import { compileGrants } from '../../src/key/grants.js'
import { type Limit, parseLimits } from '../../src/key/limit.js'
import { ownKeys } from '../../src/key/own-keys.js'
import type { Scope } from '../../src/key/scope.js'
import { keyRecord } from '../coherence/key-record.js'

const { apiKey: anyKey } = keyRecord('any').principal
const ofAk = ownKeys('ak', [])
const unbounded = { scopes: [], expiresAt: null, limits: null, allowedCidrs: null }

function issuerWith(scopes: readonly Scope[], expiresAt: Date | null = null, tenantId = 'tenant'): Issuer {
  return { apiKey: { ...anyKey, tenantId, scopes, expiresAt }, grants: compileGrants(scopes) }
}

// The oracle looks at each request that a guard could make, one by one, in a world of few words. It is slow, and says
// nothing of how scopes are compiled.
const WORDS = ['a', 'b', 'c']
const DEEPEST = 4
const requests = [1, 2, 3, 4].flatMap((depth) => scopesOfDepth(depth))

function scopesOfDepth(depth: number): string[] {
  if (depth === 1) return WORDS
  return scopesOfDepth(depth - 1).flatMap((start) => WORDS.map((word) => `${start}:${word}`))
}

/** What a scope allows, in this world. */
function allowedBy(scope: Scope): string[] {
  if (!scope.endsWith('*')) return requests.filter((request) => request === scope)
  return requests.filter((request) => request.startsWith(scope.slice(0, -1)))
}

function isWithin(asked: Scope, held: Scope): boolean {
  const allowed = new Set(allowedBy(held))
  return allowedBy(asked).every((request) => allowed.has(request))
}

const segments = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: DEEPEST - 1 })
const scope = fc.oneof(
  { weight: 6, arbitrary: segments.map((words) => words.join(':')) },
  { weight: 4, arbitrary: segments.map((words) => `${words.join(':')}:*`) },
  { weight: 1, arbitrary: fc.constant('*') },
)
const scopes = fc.array(scope, { maxLength: 4 })
const expiry = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 0, max: 3 }).map((ms) => new Date(ms)),
)

describe('rights that an issuer hands out', () => {
  test('are its own or less, for 100,000 random pairs, as an oracle sees that looks at every request', () => {
    let refused = 0

    fc.assert(
      fc.property(scopes, expiry, scopes, expiry, (held, heldUntil, asked, askedUntil) => {
        const endsInTime =
          heldUntil === null || (askedUntil !== null && askedUntil.getTime() <= heldUntil.getTime())
        const isCovered = asked.every((one) => held.some((other) => isWithin(one, other)))

        const why = exceeds(
          issuerWith(held, heldUntil),
          { ...unbounded, scopes: asked, expiresAt: askedUntil },
          null,
        )

        if (why !== null) refused += 1
        return (why === null) === (isCovered && endsInTime)
      }),
      { numRuns: 100_000 },
    )

    expect(refused).toBeGreaterThan(10_000)
    expect(refused).toBeLessThan(90_000)
  }, 120_000)

  test.each<[held: Scope[], asked: Scope[], why: string | null]>([
    [[], [], null],
    [[], ['a'], 'The issuer does not cover "a".'],
    [['*'], ['*', 'a:*', 'a'], null],
    [['a:*'], ['*'], 'The issuer does not cover "*".'],
    [['a:b'], ['a:*'], 'The issuer does not cover "a:*".'],
    [['a:*'], ['a'], 'The issuer does not cover "a".'],
    [['a:*'], ['a:b:*', 'a:b'], null],
    [['a:b', 'c'], ['c', 'a:b', 'd', 'e:*'], 'The issuer does not cover "d", "e:*".'],
    [['constructor'], ['__proto__'], 'The issuer does not cover "__proto__".'],
  ])('held %j, asked %j: %s', (held, asked, why) => {
    expect(exceeds(issuerWith(held), { ...unbounded, scopes: asked }, null)).toBe(why)
  })

  test.each<[held: Date | null, asked: Date | null, outlives: boolean]>([
    [null, null, false],
    [null, new Date(1), false],
    [new Date(1), null, true],
    [new Date(1), new Date(2), true],
    [new Date(1), new Date(1), false],
    [new Date(Number.NaN), new Date(1), true],
    [new Date(1), new Date(Number.NaN), true],
  ])('of an issuer until %s end in time, not at %s: %s', (held, asked, outlives) => {
    const why = exceeds(issuerWith(['*'], held), { ...unbounded, expiresAt: asked }, null)

    expect(why).toBe(outlives ? 'The API key would outlive its issuer, or never end.' : null)
  })
})

describe('limits and networks that an issuer hands out', () => {
  const issuerKeeping = (more: Partial<Issuer['apiKey']>): Issuer => {
    const issuer = issuerWith(['*'])
    return { ...issuer, apiKey: { ...issuer.apiKey, ...more } }
  }
  const wider = 'The API key would have wider limits than its issuer, or none.'
  const elsewhere = 'The API key could be used from where its issuer cannot.'

  test.each<[held: Limit[] | null, asked: Limit[] | null, why: string | null]>([
    [null, null, null],
    [null, ['10/s'], null],
    [['10/s'], null, wider],
    [['10/s'], ['10/s'], null],
    [['10/s'], ['11/s'], wider],
    [['10/s'], ['1/s', '1000/h'], null],
    [['10/s'], ['10/m'], wider],
    [['60/m'], ['60/60s'], null],
    [['10/s'], ['10/s+5/m'], wider],
    [['10/s+5/m'], ['10/s'], null],
    [['10/s+5/m'], ['10/s+5/m'], null],
    [['10/s+5/m'], ['10/s+6/m'], wider],
    [['10/s+5/m'], ['10/s+5/h'], wider],
    [['100/day'], ['100/month'], wider],
    [['100/lifetime'], ['99/lifetime'], null],
  ])('held %j, asked %j: %s', (held, asked, why) => {
    expect(exceeds(issuerKeeping({ limits: held }), { ...unbounded, limits: asked }, null)).toBe(why)
  })

  test('are measured by the limits of the application where a key has none', () => {
    const defaults = parseLimits(['10/s'])

    expect(exceeds(issuerKeeping({}), { ...unbounded, limits: ['100/s'] }, defaults)).toBe(wider)
    expect(exceeds(issuerKeeping({}), { ...unbounded, limits: ['5/s'] }, defaults)).toBeNull()
    expect(exceeds(issuerKeeping({ limits: ['5/s'] }), unbounded, defaults)).toBe(wider)
    expect(exceeds(issuerKeeping({ limits: ['20/s'] }), unbounded, defaults)).toBeNull()
  })

  test.each<[held: string[] | null, asked: string[] | null, why: string | null]>([
    [null, null, null],
    [null, ['10.0.0.0/8'], null],
    [['10.0.0.0/8'], null, elsewhere],
    [['10.0.0.0/8'], ['10.1.0.0/16', '10.2.3.4'], null],
    [['10.0.0.0/8'], ['10.1.0.0/16', '11.0.0.1'], elsewhere],
    [['10.0.0.0/8'], ['0.0.0.0/0'], elsewhere],
    [['10.0.0.0/8'], ['::ffff:10.0.0.0/104'], null],
    [['2001:db8::/32'], ['2001:db8:1::/48'], null],
    [['::/0'], ['10.0.0.1'], elsewhere],
  ])('from %j, asked from %j: %s', (held, asked, why) => {
    expect(exceeds(issuerKeeping({ allowedCidrs: held }), { ...unbounded, allowedCidrs: asked }, null)).toBe(
      why,
    )
  })
})

describe('an issuer', () => {
  test.each<[scopes: Scope[], mayManage: boolean]>([
    [[MANAGE_SCOPE], true],
    [['api-keys:*'], true],
    [['*'], true],
    [[], false],
    [['api-keys:read'], false],
    [['api-keys:manage:*'], false],
    [['api-keys'], false],
  ])('with %j may manage keys: %s', (held, mayManage) => {
    expect(cannotManage(issuerWith(held), 'tenant', ofAk) === null).toBe(mayManage)
  })

  test('without the scope for it is told which', () => {
    expect(cannotManage(issuerWith(['orders:*']), 'tenant', ofAk)).toBe(
      'The issuer lacks the scope "api-keys:manage".',
    )
  })

  test('manages no key of another tenant, whatever it holds', () => {
    expect(cannotManage(issuerWith(['*']), 'other', ofAk)).toBe('The issuer is an API key of another tenant.')
  })

  test('manages no key of another keyring, whatever it holds', () => {
    const why = 'The issuer is an API key of another keyring.'

    expect(cannotManage(issuerWith(['*']), 'tenant', ownKeys('ak_test', ['sk_live_']))).toBe(why)
  })
})
