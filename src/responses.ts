/** What a client can be answered with instead of its request. */
export type RefusalCode =
  | 'missing_credentials'
  | 'invalid_request'
  | 'invalid_api_key'
  | 'insufficient_scope'
  | 'forbidden_address'
  | 'rate_limited'
  | 'quota_exceeded'
  | 'quota_exhausted'
  | 'store_unavailable'

/**
 * What is wrong with a call of a verb, or with how the package was wired:
 *
 * - `unprotected_route`: a scope guard ran before `apiKeyAuth`, or `auditRoutes` found a route that nobody guards.
 * - `conflict`: the key is not in a state for this change; the message says which state.
 * - `precondition_failed`: the key has changed since `ifVersion`.
 * - `idempotency_conflict`: the same idempotency key came with another request.
 * - `exceeds_issuer`: the issuer would hand out, or change, more than it may itself.
 */
export type UsageCode = keyof typeof usageStatus

/** What answers a request for such a call; a wiring fault is nobody's but the host's. */
export const usageStatus = {
  invalid_option: 500,
  unprotected_route: 500,
  invalid_input: 400,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  idempotency_conflict: 409,
  exceeds_issuer: 403,
} as const satisfies Record<string, number>

/** The closed union to switch on. Codes are stable; texts are not. */
export type ApiKeyErrorCode = RefusalCode | UsageCode

interface Response {
  readonly status: number
  /** The public sentence: true for every reason of its code, and telling nothing apart. */
  readonly title: string
  /** `error` of the RFC 6750 challenge; `null` sends one without, `undefined` sends no challenge at all. */
  readonly challenge?: 'invalid_request' | 'invalid_token' | 'insufficient_scope' | null
  readonly retryAfterSeconds?: number
}

/** The one table from codes to HTTP (RFC 6750 §3.1, RFC 9110 §10.2.3). A code without a row does not compile. */
export const responses: Readonly<Record<RefusalCode, Response>> = {
  missing_credentials: { status: 401, title: 'This request needs an API key.', challenge: null },
  invalid_request: {
    status: 400,
    title: 'Send exactly one API key, in a request header.',
    challenge: 'invalid_request',
  },
  invalid_api_key: { status: 401, title: 'The API key is not valid.', challenge: 'invalid_token' },
  insufficient_scope: {
    status: 403,
    title: 'The API key lacks a scope this request needs.',
    challenge: 'insufficient_scope',
  },
  // No challenge, here and below: another credential is not what the request lacks.
  forbidden_address: { status: 403, title: 'The API key cannot be used from this address.' },
  rate_limited: { status: 429, title: 'There were too many requests, so slow down.', retryAfterSeconds: 1 },
  quota_exceeded: { status: 429, title: 'The quota is used up until it is refilled.', retryAfterSeconds: 1 },
  // RFC 6585 §4 has 429 mean "later"; this one no later request mends.
  quota_exhausted: { status: 403, title: 'The quota is used up for good.' },
  // No challenge: the fault is ours, and clients throw keys away on a 401.
  store_unavailable: {
    status: 503,
    title: 'API keys cannot be checked at the moment.',
    retryAfterSeconds: 1,
  },
}
