import { DAY_MS } from '../clock.js'

type Span = `${number | ''}${'s' | 'm' | 'h'}`

/**
 * How much a key may be used, as it is written: `10/s`, `100/15m` (so many in each such span), `10/s+50/m` (and, when
 * those are spent, so many more in the longer one), `5000/day`, `100000/month` (by the calendar, in UTC),
 * `500/lifetime`. Spans are of seconds, minutes and hours, up to a day.
 */
export type Limit = `${number}/${Span}` | `${number}/${Span}+${number}/${Span}` | `${number}/${QuotaPeriod}`

const quotaPeriods = ['day', 'month', 'lifetime'] as const

export type QuotaPeriod = (typeof quotaPeriods)[number]

/** So many in each window of a clock; short, so it may be counted where counters can be lost. */
export interface Rate {
  readonly kind: 'rate'
  readonly text: Limit
  readonly most: number
  readonly windowMs: number
  /** What is drawn from when `most` is spent. */
  readonly burst: { readonly most: number; readonly windowMs: number } | null
}

/** So many in a period that people agree on; never forgotten within it. */
export interface Quota {
  readonly kind: 'quota'
  readonly text: Limit
  readonly most: number
  readonly period: QuotaPeriod
}

export type ParsedLimit = Rate | Quota

export const MAX_LIMITS = 8
const MAX_MOST = 1_000_000_000

const rateGrammar = /^(\d{1,10})\/(\d{0,5}[smh])(?:\+(\d{1,10})\/(\d{0,5}[smh]))?$/
const quotaGrammar = /^(\d{1,10})\/(day|month|lifetime)$/
const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

/** `null` for what is no limit. Its text is taken as it stands: it is also its name in headers. */
export function parseLimit(text: unknown): ParsedLimit | null {
  if (typeof text !== 'string') return null
  return parseQuota(text) ?? parseRate(text)
}

function parseQuota(text: string): Quota | null {
  const [, count, word] = quotaGrammar.exec(text) ?? []
  const [most, period] = [parseMost(count), quotaPeriods.find((known) => known === word)]
  return most === null || period === undefined ? null : { kind: 'quota', text: text as Limit, most, period }
}

function parseRate(text: string): Rate | null {
  const [, count, span, burstCount, burstSpan] = rateGrammar.exec(text) ?? []
  const [most, windowMs] = [parseMost(count), parseSpan(span)]
  if (most === null || windowMs === null) return null
  const rate = { kind: 'rate', text: text as Limit, most, windowMs } as const
  if (burstCount === undefined) return { ...rate, burst: null }
  const [burstMost, burstMs] = [parseMost(burstCount), parseSpan(burstSpan)]
  if (burstMost === null || burstMs === null || burstMs <= windowMs) return null
  return { ...rate, burst: { most: burstMost, windowMs: burstMs } }
}

function parseMost(digits: string | undefined): number | null {
  const most = digits === undefined || digits.startsWith('0') ? 0 : Number(digits)
  return most >= 1 && most <= MAX_MOST ? most : null
}

function parseSpan(span: string | undefined): number | null {
  const [, digits, unit] = /^(\d*)([smh])$/.exec(span ?? '') ?? []
  if (digits === undefined || unit === undefined || digits.startsWith('0')) return null
  const spanMs = (digits === '' ? 1 : Number(digits)) * (unitMs[unit] ?? 0)
  return spanMs <= DAY_MS ? spanMs : null
}

/** Of a list, in the order in which they are asked: the shortest first, so that what it refuses burns no other. */
export function parseLimits(texts: unknown): readonly ParsedLimit[] | null {
  if (!Array.isArray(texts) || texts.length === 0 || texts.length > MAX_LIMITS) return null
  const limits: ParsedLimit[] = []
  for (const text of texts) {
    const limit = parseLimit(text)
    if (limit === null || limits.some((other) => windowName(other) === windowName(limit))) return null
    limits.push(limit)
  }
  return Object.freeze(limits.toSorted((one, other) => rankOf(one) - rankOf(other)))
}

/** What tells two limits of a key apart: of one window, only the smaller would count. */
export function windowName(limit: ParsedLimit): string {
  return limit.kind === 'quota' ? limit.period : `${limit.windowMs / 1_000}s`
}

/** Orders limits, which are asked one after the other: the shortest window first, and quotas after every rate. */
export function rankOf(limit: ParsedLimit): number {
  return limit.kind === 'rate' ? limit.windowMs : 2 * DAY_MS + quotaPeriods.indexOf(limit.period)
}

/** Whether every limit of the one is kept by whoever keeps to the other. None at all is no limit. */
export function isWithinLimits(
  narrow: readonly ParsedLimit[] | null,
  wide: readonly ParsedLimit[] | null,
): boolean {
  return (wide ?? []).every((bound) => (narrow ?? []).some((limit) => isWithin(limit, bound)))
}

function isWithin(limit: ParsedLimit, bound: ParsedLimit): boolean {
  if (windowName(limit) !== windowName(bound) || limit.most > bound.most) return false
  if (limit.kind === 'quota' || limit.burst === null) return true
  const burst = bound.kind === 'rate' ? bound.burst : null
  return burst !== null && burst.windowMs === limit.burst.windowMs && limit.burst.most <= burst.most
}
