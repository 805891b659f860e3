import type { Quota, Rate } from './limit.js'

/** The stretch of time that a counter counts in. */
export interface Window {
  /** Tells it from the ones before and after. */
  readonly name: string
  /** In milliseconds since 1970; `null` never ends. */
  readonly endsAtMs: number | null
  /** How long it is in all, in milliseconds. */
  readonly lengthMs: number | null
}

/**
 * Windows stand on the clock, not on a first request: every process knows by itself in which one it is, a point that is
 * given back late finds its own, and none slides on for ever under a client that keeps asking.
 */
export function windowOfSpan(spanMs: number, nowMs: number): Window {
  const index = Math.floor(nowMs / spanMs)
  return { name: `${spanMs / 1_000}s:${index}`, endsAtMs: (index + 1) * spanMs, lengthMs: spanMs }
}

export function windowOf(limit: Rate | Quota, nowMs: number): Window {
  if (limit.kind === 'rate') return windowOfSpan(limit.windowMs, nowMs)
  if (limit.period === 'lifetime') return { name: 'lifetime', endsAtMs: null, lengthMs: null }
  const now = new Date(nowMs)
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
  const [startsAtMs, endsAtMs] =
    limit.period === 'day'
      ? [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)]
      : [Date.UTC(year, month), Date.UTC(year, month + 1)]
  const name = new Date(startsAtMs).toISOString().slice(0, limit.period === 'day' ? 10 : 7)
  return { name: `${limit.period}:${name}`, endsAtMs, lengthMs: endsAtMs - startsAtMs }
}
