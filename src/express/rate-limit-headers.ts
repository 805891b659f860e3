import type { LimitState } from '../limit-state.js'

/** `draft-11` of draft-ietf-httpapi-ratelimit-headers; the older, which has no standard, in the way of GitHub's. */
export const rateLimitHeaderKinds = ['draft-11', 'x-ratelimit'] as const

/** Which headers tell a client how its limits stand. */
export type RateLimitHeaders = (typeof rateLimitHeaderKinds)[number]

/** The headers that tell a client how its limits stand; none where it has none. */
export function rateLimitHeaders(
  kinds: readonly RateLimitHeaders[],
  states: readonly LimitState[],
): Readonly<Record<string, string>> {
  if (states.length === 0) return {}
  return {
    ...(kinds.includes('draft-11') ? draft11(states) : {}),
    ...(kinds.includes('x-ratelimit') ? xRateLimit(states) : {}),
  }
}

/** Lists of structured fields (RFC 9651): names are strings without quotes, as limits are written. */
function draft11(states: readonly LimitState[]): Record<string, string> {
  return {
    'RateLimit-Policy': states
      .map(({ name, limit, windowSeconds }) => `"${name}";q=${limit}${parameter('w', windowSeconds)}`)
      .join(', '),
    RateLimit: states
      .map(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining}${parameter('t', resetSeconds)}`)
      .join(', '),
  }
}

function parameter(name: string, value: number | null): string {
  return value === null ? '' : `;${name}=${value}`
}

/** There is room for one limit: the one with the least left. */
function xRateLimit(states: readonly LimitState[]): Record<string, string> {
  const { limit, remaining, resetSeconds } = states.reduce((tightest, state) =>
    state.remaining < tightest.remaining ? state : tightest,
  )
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    // Seconds since 1970.
    ...(resetSeconds === null
      ? {}
      : { 'X-RateLimit-Reset': String(Math.ceil(Date.now() / 1_000) + resetSeconds) }),
  }
}
