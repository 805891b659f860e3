import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { ApiKeyError, type UsageCode } from 'express-api-keys'
import { Refusal, type RefusalReason } from '../src/errors.js'
import { type RefusalCode, responses } from '../src/responses.js'

interface Answer {
  readonly status: number
  readonly error: string | null | undefined
  readonly retryAfterSeconds: number | undefined
}

// What clients are promised. `error` stands in the challenge: null is a challenge without one, undefined is none.
const promised = {
  missing_credentials: { status: 401, error: null, retryAfterSeconds: undefined },
  invalid_request: { status: 400, error: 'invalid_request', retryAfterSeconds: undefined },
  invalid_api_key: { status: 401, error: 'invalid_token', retryAfterSeconds: undefined },
  insufficient_scope: { status: 403, error: 'insufficient_scope', retryAfterSeconds: undefined },
  forbidden_address: { status: 403, error: undefined, retryAfterSeconds: undefined },
  rate_limited: { status: 429, error: undefined, retryAfterSeconds: 1 },
  quota_exceeded: { status: 429, error: undefined, retryAfterSeconds: 1 },
  quota_exhausted: { status: 403, error: undefined, retryAfterSeconds: undefined },
  store_unavailable: { status: 503, error: undefined, retryAfterSeconds: 1 },
} satisfies Record<RefusalCode, Answer>

const codes = {
  absent: 'missing_credentials',
  key_misplaced: 'missing_credentials',
  two_credentials: 'invalid_request',
  bad_header: 'invalid_request',
  key_in_url: 'invalid_request',
  malformed: 'invalid_api_key',
  unknown: 'invalid_api_key',
  revoked: 'invalid_api_key',
  expired: 'invalid_api_key',
  owner_moved: 'invalid_api_key',
  scope_missing: 'insufficient_scope',
  address_forbidden: 'forbidden_address',
  over_rate: 'rate_limited',
  attempts_exhausted: 'rate_limited',
  over_quota: 'quota_exceeded',
  over_lifetime_quota: 'quota_exhausted',
  store_failed: 'store_unavailable',
  store_timeout: 'store_unavailable',
  corrupt_record: 'store_unavailable',
  counters_failed: 'store_unavailable',
  keyring_closed: 'store_unavailable',
} satisfies Record<RefusalReason, RefusalCode>

const reasons = Object.keys(codes) as RefusalReason[]
const facts = {
  apiKeyId: '3c9b14f5-1111-4222-8333-444455556666',
  keyPrefix: 'ak_8fK2',
  requiredScopes: ['orders:read'],
}

describe('the table of responses', () => {
  test.each(Object.entries(promised))('answers %s as clients are promised', (code, answer) => {
    const { status, challenge, retryAfterSeconds } = responses[code as RefusalCode]

    expect({ status, error: challenge, retryAfterSeconds }).toEqual(answer)
  })

  test('has a row for every code and for nothing else', () => {
    expect(Object.keys(responses).sort()).toEqual(Object.keys(promised).sort())
  })

  test('says something else for each code, in one sentence that anybody may read', () => {
    const titles = Object.values(responses).map(({ title }) => title)

    expect(new Set(titles).size).toBe(titles.length)
    expect(titles.filter((title) => !/^[A-Z][A-Za-z, ]+\.$/.test(title))).toEqual([])
  })
})

describe('a refusal', () => {
  test.each(Object.entries(codes))('for the reason %s has the code %s and its status', (reason, code) => {
    const refusal = new Refusal(reason as RefusalReason)

    const { status, title } = responses[code]
    expect(refusal).toBeInstanceOf(ApiKeyError)
    expect({ code: refusal.code, status: refusal.status, message: refusal.message }).toEqual({
      code,
      status,
      message: title,
    })
  })

  test.each(reasons)('for the reason %s tells it to who asks, and shows it to nobody', (reason) => {
    const refusal = new Refusal(reason, facts)

    const shown = [
      inspect(refusal),
      inspect(refusal, { showHidden: true, depth: 9 }),
      inspect(refusal, { getters: true }),
      inspect({ error: [refusal] }, { depth: 9 }),
      JSON.stringify(refusal),
      JSON.stringify({ ...refusal }),
      JSON.stringify(Object.getOwnPropertyDescriptors(refusal)),
      String(refusal),
      `${refusal.name} ${refusal.message}`,
    ].join('\n')

    expect([refusal.reason, refusal.facts]).toEqual([reason, facts])
    const found = [reason, facts.apiKeyId, facts.keyPrefix, 'orders:read'].filter((text) =>
      shown.includes(text),
    )
    expect(found).toEqual([])
  })

  test('keeps its cause for logs, out of its message and of JSON', () => {
    const cause = new Error('P1001: nothing answers at db.internal:5432')

    const refusal = new Refusal('store_failed', facts, cause)

    expect(refusal.cause).toBe(cause)
    expect(refusal.message + JSON.stringify(refusal)).not.toContain('db.internal')
  })

  test('has no cause where there was none', () => {
    expect('cause' in new Refusal('revoked')).toBe(false)
  })

  test('of one code looks the same for all of its reasons', () => {
    const looks = reasons
      .filter((reason) => codes[reason] === 'invalid_api_key')
      .map((reason) => `${new Refusal(reason, facts)} ${JSON.stringify(new Refusal(reason, facts))}`)

    expect(looks.length).toBeGreaterThan(3)
    expect(new Set(looks).size).toBe(1)
  })
})

describe('an error of the calling code', () => {
  test.each<[UsageCode, number]>([
    ['invalid_option', 500],
    ['unprotected_route', 500],
    ['invalid_input', 400],
    ['not_found', 404],
    ['conflict', 409],
    ['precondition_failed', 412],
    ['idempotency_conflict', 409],
    ['exceeds_issuer', 403],
  ])('%s is answered with %i', (code, status) => {
    const error = new ApiKeyError(code, 'what to mend')

    expect({ ...error }).toMatchObject({ name: 'ApiKeyError', code, status })
    expect([error.message, error.cause]).toEqual(['what to mend', undefined])
  })
})
