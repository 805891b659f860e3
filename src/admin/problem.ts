import { ApiKeyError, InvalidInput } from '../errors.js'
import type { JsonAnswer, ProblemOptions } from '../express/problem.js'
import { type ApiKeyErrorCode, type RefusalCode, responses, usageStatus } from '../responses.js'
import type { FieldError } from './field-errors.js'

/** What only a request to the router can be refused for. */
type RequestCode = 'unauthenticated' | 'forbidden' | 'unsupported_media_type' | 'content_too_large'

/** What wiring faults have no row for: they are the application's to answer. */
type WiringCode = 'invalid_option' | 'unprotected_route'

/** Every code that a problem of the router can have. */
export type ProblemCode = Exclude<ApiKeyErrorCode | RequestCode, WiringCode>

interface ProblemRow {
  readonly status: number
  readonly title: string
  /** The member that says more than the code. */
  readonly tells?: 'errors' | 'detail' | 'requiredScopes' | 'violated-policies'
}

/** The one table from codes to problems. A code without a row does not compile. */
export const problems: Readonly<Record<ProblemCode, ProblemRow>> = {
  ...responses,
  insufficient_scope: { ...responses.insufficient_scope, tells: 'requiredScopes' },
  rate_limited: { ...responses.rate_limited, tells: 'violated-policies' },
  quota_exceeded: { ...responses.quota_exceeded, tells: 'violated-policies' },
  quota_exhausted: { ...responses.quota_exhausted, tells: 'violated-policies' },
  unauthenticated: { status: 401, title: 'It is not known who sends this request.' },
  forbidden: { status: 403, title: 'Whoever sends this request is not allowed to do this.' },
  exceeds_issuer: {
    status: usageStatus.exceeds_issuer,
    title: 'No API key can be given, or be managed with, rights beyond those of the key that asks.',
    tells: 'detail',
  },
  invalid_input: { status: usageStatus.invalid_input, title: 'The request is not valid.', tells: 'errors' },
  not_found: { status: usageStatus.not_found, title: 'There is no such API key.' },
  conflict: {
    status: usageStatus.conflict,
    title: 'The status of the API key does not allow this.',
    tells: 'detail',
  },
  idempotency_conflict: {
    status: usageStatus.idempotency_conflict,
    title: 'Another request came under this Idempotency-Key before.',
  },
  precondition_failed: {
    status: usageStatus.precondition_failed,
    title: 'The API key has changed since: read it again.',
  },
  content_too_large: { status: 413, title: 'The body is too large: 16 KiB are the limit.' },
  unsupported_media_type: {
    status: 415,
    title: 'Send the body as application/json, in UTF-8 and without an encoding.',
  },
}

/** A request that the router itself refuses. */
export class RequestProblem extends Error {
  readonly code: RequestCode | 'invalid_input' | 'not_found' | 'precondition_failed'
  readonly errors: readonly FieldError[]

  constructor(code: RequestProblem['code'], errors: readonly FieldError[] = []) {
    super(problems[code].title)
    this.code = code
    this.errors = errors
  }
}

/** A problem that refuses no credential: those are answered as `apiKeyAuth` answers them. */
export type ManagingCode = Exclude<ProblemCode, RefusalCode>

interface Telling {
  readonly code: ManagingCode
  readonly detail?: string
  readonly errors?: readonly FieldError[]
}

/** The answer to an error; `null` for one that only the application can answer. */
export function toProblem(
  error: unknown,
  { problemTypeBase, realm }: Pick<ProblemOptions, 'problemTypeBase' | 'realm'>,
): JsonAnswer | null {
  const telling = tellingOf(error)
  if (telling === null) return null
  const { code, detail, errors } = telling
  const { status, title, tells } = problems[code]
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      // RFC 9110 §15.5.2: a 401 names at least one way in.
      ...(status === 401 ? { 'WWW-Authenticate': `Bearer realm="${realm}"` } : {}),
    },
    body: {
      type: `${problemTypeBase}${code}`,
      title,
      status,
      code,
      ...(tells === 'detail' ? { detail } : {}),
      ...(tells === 'errors' ? { errors } : {}),
    },
  }
}

function tellingOf(error: unknown): Telling | null {
  if (error instanceof RequestProblem) return error
  if (error instanceof InvalidInput) {
    return { code: 'invalid_input', errors: [{ field: error.field, message: error.problem }] }
  }
  if (!(error instanceof ApiKeyError) || !isManaging(error.code)) return null
  return { code: error.code, detail: error.message }
}

function isManaging(code: ApiKeyErrorCode): code is Extract<ApiKeyErrorCode, ManagingCode> {
  return Object.hasOwn(usageStatus, code) && Object.hasOwn(problems, code)
}
