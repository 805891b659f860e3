import type { LimitState } from './limit-state.js'
import {
  type ApiKeyErrorCode,
  type RefusalCode,
  responses,
  type UsageCode,
  usageStatus,
} from './responses.js'
import { withoutHashes } from './without-hashes.js'

/** Why a request was refused. For observers and metrics only: a client is told the code, never the reason. */
export type RefusalReason = keyof typeof codeOfReason

const codeOfReason = {
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
  address_forbidden: 'forbidden_address',
  over_rate: 'rate_limited',
  attempts_exhausted: 'rate_limited',
  over_quota: 'quota_exceeded',
  over_lifetime_quota: 'quota_exhausted',
  scope_missing: 'insufficient_scope',
  store_failed: 'store_unavailable',
  store_timeout: 'store_unavailable',
  corrupt_record: 'store_unavailable',
  counters_failed: 'store_unavailable',
  keyring_closed: 'store_unavailable',
} as const satisfies Record<string, RefusalCode>

/** Every one there is. */
export const refusalReasons = Object.keys(codeOfReason) as readonly RefusalReason[]

/** What is known about a refusal beside its reason. Never the secret, never the hash. */
export interface RefusalFacts {
  readonly apiKeyId?: string
  readonly keyPrefix?: string
  /** The scopes a guard asked for: every one of them, or any one of them. */
  readonly requiredScopes?: readonly string[]
  readonly requiredAnyScope?: readonly string[]
  /** From where the request came, where that is why it was refused. */
  readonly address?: string
  /** The names of the limits that it was over. */
  readonly violatedPolicies?: readonly string[]
  /** How the limits of its key stood. */
  readonly limits?: readonly LimitState[]
  /** When to try again. */
  readonly retryAfterSeconds?: number
}

/**
 * Every error this package throws. Switch on `code`; `message` may be shown to anybody; `status` is the one
 * Express' own error handling honours: 500 for faults of wiring, 4xx where the input or the key is at fault.
 *
 * @example
 * await keyring.revoke({ tenantId, id }).catch((error: unknown) => {
 *   if (!(error instanceof ApiKeyError && error.code === 'not_found')) throw error
 * })
 */
export class ApiKeyError extends Error {
  readonly code: ApiKeyErrorCode
  readonly status: number
  /** With `invalid_input`: which field of the input is wrong. */
  declare readonly field?: string

  constructor(code: ApiKeyErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: withoutHashes(options.cause) })
    this.name = 'ApiKeyError'
    this.code = code
    this.status = isUsageCode(code) ? usageStatus[code] : responses[code].status
  }
}

/** Wrong input of a verb. `message` joins the field and what is wrong with it. */
export class InvalidInput extends ApiKeyError {
  declare readonly field: string
  readonly #problem: string

  constructor(field: string, problem: string) {
    super('invalid_input', `${field}: ${problem}`)
    this.field = field
    this.#problem = problem
  }

  /** Without the field, for whoever has another name for it. */
  get problem(): string {
    return this.#problem
  }
}

function isUsageCode(code: ApiKeyErrorCode): code is UsageCode {
  return Object.hasOwn(usageStatus, code)
}

/**
 * The error that refuses a request. The true reason is kept in private fields, which neither `JSON.stringify`
 * nor `util.inspect` prints; the cause, whose text may name hosts and ports, is for logs only.
 */
export class Refusal extends ApiKeyError {
  declare readonly code: RefusalCode
  readonly #reason: RefusalReason
  readonly #facts: RefusalFacts

  constructor(reason: RefusalReason, facts: RefusalFacts = {}, cause?: unknown) {
    const code = codeOfReason[reason]
    super(code, responses[code].title, { cause })
    this.#reason = reason
    this.#facts = facts
  }

  get reason(): RefusalReason {
    return this.#reason
  }

  get facts(): RefusalFacts {
    return this.#facts
  }
}
