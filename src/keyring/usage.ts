import { DAY_MS } from '../clock.js'
import { InvalidInput } from '../errors.js'
import type { Host, TextHost } from '../key/host.js'
import type { DayCount } from '../key/use.js'
import type { LimitState } from '../limit-state.js'
import type { Limiter } from '../limits/create-limiter.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { LAST_INSTANT_MS, requireFields, requireId, requireOwnerId } from './input.js'
import { notFound } from './key-state.js'

const MAX_USAGE_DAYS = 366
const DEFAULT_DAYS = 30

/** Whose use `keyring.usage` tells, and of which days; at most 366. */
export interface UsageInput<H extends Host = TextHost> {
  readonly tenantId: H['tenantId']
  readonly id: string
  /** The first day, in UTC; default: 29 days before the last. */
  readonly from?: Date
  /** The last day, in UTC, included; default: today. */
  readonly to?: Date
}

/** The requests of one day with one key. */
export interface DayOfUsage {
  /** Such as `2026-11-23`, in UTC. */
  readonly day: string
  readonly requests: number
  /** Those of the requests that were refused although the key is known: by limits, networks, scopes, or its end. */
  readonly refused: number
}

/** How much a key was used. */
export interface ApiKeyUsage {
  /** Every day that was asked for, the first one first; at most 366. */
  readonly days: readonly DayOfUsage[]
  /** How its limits of a day, a month or a lifetime stand; `null` while their counters do not answer. */
  readonly quotas: readonly LimitState[] | null
}

export type Usage<H extends Host = TextHost> = (input: UsageInput<H>) => Promise<ApiKeyUsage>

interface Dependencies {
  readonly inTransaction: InKeyTransaction
  readonly limiter: Limiter
  /** What this process has noted and not written yet. */
  readonly flush: () => Promise<void>
}

export function createUsage({ inTransaction, limiter, flush }: Dependencies): Usage<Host> {
  return async (input) => {
    requireFields(input, ['tenantId', 'id', 'from', 'to'])
    const key = { tenantId: requireOwnerId('tenantId', input.tenantId), id: requireId('id', input.id) }
    const [from, to] = [requireDay('from', input.from), requireDay('to', input.to)]
    await flush()
    const { limited, days, nowMs } = await inTransaction(async (keys) => {
      const toDay = to ?? Math.floor(keys.nowMs / DAY_MS)
      const fromDay = from ?? toDay - DEFAULT_DAYS + 1
      requireRange(fromDay, toDay)
      const limited = await keys.findLimited(key)
      if (limited === null) throw notFound()
      const found = await keys.findUsage({ ...key, fromDay, toDay })
      return { limited, days: everyDay(fromDay, toDay, found), nowMs: keys.nowMs }
    })
    const quotas = await limiter.readQuotas({ ...limited, tenantId: key.tenantId }, nowMs).catch(() => null)
    return Object.freeze({ days, quotas })
  }
}

function requireDay(field: string, value: unknown): number | undefined {
  if (value === undefined) return undefined
  const ms = value instanceof Date ? value.getTime() : Number.NaN
  if (ms >= 0 && ms <= LAST_INSTANT_MS) return Math.floor(ms / DAY_MS)
  throw new InvalidInput(field, 'must be a valid Date, from 1970 to the year 9999')
}

function requireRange(fromDay: number, toDay: number): void {
  if (fromDay > toDay) throw new InvalidInput('from', 'must not be after "to"')
  if (toDay - fromDay >= MAX_USAGE_DAYS) {
    throw new InvalidInput('from', `must be less than ${MAX_USAGE_DAYS} days before "to"`)
  }
}

function everyDay(fromDay: number, toDay: number, found: readonly DayCount[]): readonly DayOfUsage[] {
  const byDay = new Map(found.map((usage) => [usage.day, usage]))
  return Array.from({ length: toDay - fromDay + 1 }, (_, at) => {
    const { requests = 0, refused = 0 } = byDay.get(fromDay + at) ?? {}
    return { day: new Date((fromDay + at) * DAY_MS).toISOString().slice(0, 10), requests, refused }
  })
}
