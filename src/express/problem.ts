import type { Response } from 'express'
import type { Refusal, RefusalFacts } from '../errors.js'
import { type RefusalCode, responses } from '../responses.js'
import { isListed, setListed } from './listed-header.js'
import { type RateLimitHeaders, rateLimitHeaders } from './rate-limit-headers.js'

/** The answer to a refused request, ready to send or to answer differently. */
export interface Denial {
  readonly code: RefusalCode
  /** The status of HTTP: 400, 401, 403, 429 or 503. */
  readonly status: number
  /**
   * `Content-Type` and `Cache-Control`; the challenge where another key would help; with 429 and 503 `Retry-After`; what
   * tells of limits.
   */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Problem
}

/** RFC 9457 problem details. Nothing in it tells one reason of a code from another. */
export interface Problem {
  /** A URI: `problemTypeBase` and the code. */
  readonly type: string
  /** A sentence for people; it may change. */
  readonly title: string
  readonly status: number
  /** For programs to switch on. */
  readonly code: RefusalCode
  /** With `insufficient_scope`: what `requireScope` asks for, every one of them. */
  readonly requiredScopes?: readonly string[]
  /** With `insufficient_scope`: what `requireAnyScope` asks for, one of them. */
  readonly requiredAnyScope?: readonly string[]
  /** With `rate_limited`, `quota_exceeded` and `quota_exhausted`: the limits that the request was over. */
  readonly 'violated-policies'?: readonly string[]
}

export interface ProblemOptions {
  readonly realm: string
  readonly problemTypeBase: string
  readonly rateLimitHeaders: readonly RateLimitHeaders[]
}

export function toDenial({ code, facts }: Refusal, options: ProblemOptions): Denial {
  const { realm, problemTypeBase } = options
  const { status, title } = responses[code]
  const retryAfterSeconds = facts.retryAfterSeconds ?? responses[code].retryAfterSeconds
  const challenge = toChallenge(code, facts, realm)
  const { requiredScopes, requiredAnyScope, violatedPolicies, limits = [] } = facts
  return Object.freeze({
    code,
    status,
    headers: Object.freeze({
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...(challenge === undefined ? {} : { 'WWW-Authenticate': challenge }),
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
      ...rateLimitHeaders(options.rateLimitHeaders, limits),
    }),
    body: Object.freeze({
      type: `${problemTypeBase}${code}`,
      title,
      status,
      code,
      ...(requiredScopes === undefined ? {} : { requiredScopes }),
      ...(requiredAnyScope === undefined ? {} : { requiredAnyScope }),
      ...(violatedPolicies === undefined ? {} : { 'violated-policies': violatedPolicies }),
    }),
  })
}

/** RFC 6750 §3: the scopes a request needs, never those a key holds. */
function toChallenge(code: RefusalCode, facts: RefusalFacts, realm: string): string | undefined {
  const { challenge } = responses[code]
  if (challenge === undefined) return undefined
  const scopes = facts.requiredScopes ?? facts.requiredAnyScope
  const parameters = [
    `realm="${realm}"`,
    ...(challenge === null ? [] : [`error="${challenge}"`]),
    ...(scopes === undefined ? [] : [`scope="${scopes.join(' ')}"`]),
  ]
  return `Bearer ${parameters.join(', ')}`
}

/** Whatever is answered in JSON. */
export interface JsonAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

/** Written with Node's own methods: Express' would add an ETag and follow the app's JSON settings. */
export function sendJson(res: Response, { status, headers, body }: JsonAnswer): void {
  res.statusCode = status
  setHeaders(res, headers)
  res.end(JSON.stringify(body))
}

export function setHeaders(res: Response, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (isListed(name)) setListed(res, name, value)
    else res.setHeader(name, value)
  }
}
