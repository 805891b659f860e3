import { Refusal, type RefusalReason } from '../errors.js'
import type { Counter } from '../key/counter.js'
import type { ParsedLimit } from '../key/limit.js'
import type { KeyRecord } from '../key/verdict.js'
import type { LimitState } from '../limit-state.js'
import { type Charge, inOrder, type KeyOfCounters, keyCharges, stateOf, tenantCharges } from './charges.js'
import type { AskingRequest, Counters } from './counters.js'
import { CountersDown } from './guarded-counters.js'

export interface LimiterOptions {
  /** For keys without limits of their own. */
  readonly perKey: readonly ParsedLimit[] | null
  /** For all keys of a tenant together. */
  readonly perTenant: readonly ParsedLimit[] | null
  readonly rates: Counters
  readonly quotas: Counters
  /** The longest wait of a request for all of its limits together, in milliseconds. */
  readonly waitMs: number
  /** Whether a request passes whose quota cannot be counted. */
  readonly allowsUncounted: boolean
}

/** What a request has taken of its limits. */
export interface Spent {
  readonly states: readonly LimitState[]
  /** For a request that is refused after all; answers how the limits stand then. */
  readonly giveBack: () => readonly LimitState[]
}

export interface Limiter {
  /** Whether a request with this key has any limit. */
  readonly applies: (record: KeyRecord) => boolean
  /** Takes one of each limit, or throws a `Refusal` and takes of none. */
  readonly spend: (record: KeyRecord, nowMs: number) => Promise<Spent>
  /** How the quotas of a key stand; takes nothing. Throws `CountersDown`. */
  readonly readQuotas: (
    key: KeyOfCounters & Pick<KeyRecord, 'limits'>,
    nowMs: number,
  ) => Promise<readonly LimitState[]>
}

/** One of a limit, and where it was taken. */
interface Taken {
  readonly counters: Counters
  readonly counter: Counter
  readonly state: LimitState
}

export function createLimiter(options: LimiterOptions): Limiter {
  const { perKey, perTenant, waitMs, allowsUncounted } = options
  const countersOf = ({ kind }: ParsedLimit) => (kind === 'rate' ? options.rates : options.quotas)

  async function take(charge: Charge, nowMs: number, request: AskingRequest): Promise<Taken | 'over'> {
    const counters = countersOf(charge.limit)
    for (const { counter, most } of charge.tiers) {
      const before = await counters.take(counter, most, request)
      if (before < most) return { counters, counter, state: stateOf(charge, most - before - 1, nowMs) }
    }
    return 'over'
  }

  async function takeOrPass(
    charge: Charge,
    nowMs: number,
    request: AskingRequest,
  ): Promise<Taken | 'over' | 'uncounted'> {
    try {
      return await take(charge, nowMs, request)
    } catch (error) {
      if (!(error instanceof CountersDown)) throw error
      if (allowsUncounted && charge.limit.kind === 'quota') return 'uncounted'
      throw new Refusal('counters_failed', {}, error)
    }
  }

  async function spend(record: KeyRecord, nowMs: number): Promise<Spent> {
    const { id: apiKeyId, tenantId, keyPrefix } = record.principal.apiKey
    const untilMs = performance.now() + waitMs
    const charges = inOrder([
      ...keyCharges(record.limits ?? perKey, { familyId: record.familyId, tenantId }, nowMs),
      ...tenantCharges(perTenant, tenantId, nowMs),
    ])
    const taken: Taken[] = []
    const giveBack = () => taken.map(returned)
    for (const charge of charges) {
      const counters = countersOf(charge.limit)
      const request = { untilMs, isBegun: taken.some((one) => one.counters === counters) }
      const one = await takeOrPass(charge, nowMs, request).catch((error: unknown) => {
        giveBack()
        throw error
      })
      if (one === 'over') {
        const over = stateOf(charge, 0, nowMs)
        throw new Refusal(reasonOf(charge, over), {
          apiKeyId,
          keyPrefix,
          violatedPolicies: [charge.policy],
          limits: [...giveBack(), over],
          ...(over.resetSeconds === null ? {} : { retryAfterSeconds: over.resetSeconds }),
        })
      }
      if (one !== 'uncounted') taken.push(one)
    }
    return { states: taken.map(({ state }) => state), giveBack }
  }

  return {
    applies: ({ limits }) => limits !== null || perKey !== null || perTenant !== null,
    spend,
    async readQuotas({ limits, ...key }, nowMs) {
      const charges = keyCharges(limits ?? perKey, key, nowMs)
      return Promise.all(
        charges
          .filter(({ limit }) => limit.kind === 'quota')
          .map(async (charge) => {
            const [tier] = charge.tiers
            const used = tier === undefined ? 0 : await options.quotas.read(tier.counter)
            return stateOf(charge, charge.limit.most - used, nowMs)
          }),
      )
    },
  }
}

function returned({ counters, counter, state }: Taken): LimitState {
  counters.giveBack(counter)
  return { ...state, remaining: state.remaining + 1 }
}

function reasonOf({ limit }: Charge, { resetSeconds }: LimitState): RefusalReason {
  if (limit.kind === 'rate') return 'over_rate'
  return resetSeconds === null ? 'over_lifetime_quota' : 'over_quota'
}
