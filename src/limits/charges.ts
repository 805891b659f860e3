import type { Counter } from '../key/counter.js'
import type { OwnerId } from '../key/host.js'
import { type ParsedLimit, rankOf, windowName } from '../key/limit.js'
import { type Window, windowOf, windowOfSpan } from '../key/window.js'
import type { LimitState } from '../limit-state.js'

/** A limit as it meets a request: whose it is, and from which counters it is drawn, one after the other. */
export interface Charge {
  readonly limit: ParsedLimit
  readonly policy: string
  readonly tiers: readonly Tier[]
}

interface Tier {
  readonly counter: Counter
  readonly most: number
}

/** What tells the counters of a key from those of others. */
export interface KeyOfCounters {
  readonly familyId: string
  readonly tenantId: OwnerId
}

interface OwnerOfCounters {
  readonly tenantId: OwnerId
  /** What their names begin with. */
  readonly counters: string
}

/**
 * The first key of a chain of rotations stands for all of them: to rotate a key is no refill. The database knows these
 * names too: what is counted for a lifetime goes with the last key of the chain.
 */
export function keyCharges(
  limits: readonly ParsedLimit[] | null,
  { familyId, tenantId }: KeyOfCounters,
  nowMs: number,
): readonly Charge[] {
  const owner = { tenantId, counters: `key:${familyId}` }
  return (limits ?? []).map((limit) => toCharge(limit, limit.text, owner, nowMs))
}

/** Colons part the names of counters, and an id that is a text may have some of its own. */
export function tenantCharges(
  limits: readonly ParsedLimit[] | null,
  tenantId: OwnerId,
  nowMs: number,
): readonly Charge[] {
  const owner = { tenantId, counters: `tenant:${encodeURIComponent(String(tenantId))}` }
  return (limits ?? []).map((limit) => toCharge(limit, `tenant ${limit.text}`, owner, nowMs))
}

function toCharge(limit: ParsedLimit, policy: string, owner: OwnerOfCounters, nowMs: number): Charge {
  const first = { counter: toCounter(owner, windowOf(limit, nowMs)), most: limit.most }
  if (limit.kind === 'quota' || limit.burst === null) return { limit, policy, tiers: [first] }
  const { most, windowMs } = limit.burst
  const burst = {
    counter: toCounter(
      { ...owner, counters: `${owner.counters}:burst:${windowName(limit)}` },
      windowOfSpan(windowMs, nowMs),
    ),
    most,
  }
  return { limit, policy, tiers: [first, burst] }
}

function toCounter({ tenantId, counters }: OwnerOfCounters, { name, endsAtMs, lengthMs }: Window): Counter {
  return { name: `${counters}:${name}`, tenantId, endsAtMs, lengthMs }
}

/** The shortest first, whose ever it is: what a rate refuses has taken of no quota, not even for a moment. */
export function inOrder(charges: readonly Charge[]): readonly Charge[] {
  return charges.toSorted((one, other) => rankOf(one.limit) - rankOf(other.limit))
}

export function stateOf({ limit, policy, tiers }: Charge, remaining: number, nowMs: number): LimitState {
  const { endsAtMs = null, lengthMs = null } = tiers[0]?.counter ?? {}
  return {
    name: policy,
    limit: limit.most,
    remaining: Math.max(0, remaining),
    windowSeconds: lengthMs === null ? null : lengthMs / 1_000,
    resetSeconds: endsAtMs === null ? null : Math.ceil((endsAtMs - nowMs) / 1_000),
  }
}
