import type { Clock } from '../clock.js'
import type { CounterKind, Observer } from '../events.js'
import type { Counters } from '../limits/counters.js'
import { createLimiter, type Limiter } from '../limits/create-limiter.js'
import { createFailedAttempts, type FailedAttempts, uncounted } from '../limits/failed-attempts.js'
import { createMemoryCounters, createRedisCounters, type RedisClient } from '../limits/flexible-counters.js'
import { rememberFull } from '../limits/full-counters.js'
import { gatherCounters } from '../limits/gathered-counters.js'
import { guardCounters } from '../limits/guarded-counters.js'
import { insureCounters } from '../limits/insured-counters.js'
import { tellLosses } from '../limits/losses.js'
import { createOverload } from '../limits/overload.js'
import type { AnyApiKeyClient } from '../store/client.js'
import { createStoredCounters } from '../store/counters.js'
import type { ParsedLimitOptions } from './limit-options.js'

/** Counters that are down are looked at this often. */
const LOOK_PAUSE_MS = 1_000
/** Questions at once: each takes a connection of a pool, but Redis answers all on one. */
const [OF_POSTGRES, OF_REDIS] = [3, 100]

interface Dependencies {
  readonly client: AnyApiKeyClient
  readonly schema: string
  readonly queryTimeoutMs: number
  readonly clock: Clock
  readonly observe: Observer
}

interface Limits {
  readonly limiter: Limiter
  readonly failedAttempts: FailedAttempts
  readonly close: () => Promise<void>
}

/** Gives the limits of a keyring the counters that were chosen for them. */
export function createLimits(options: ParsedLimitOptions, dependencies: Dependencies): Limits {
  const { client, schema, queryTimeoutMs, clock, observe } = dependencies
  const closing: (() => void | Promise<void>)[] = []

  function shared(kind: CounterKind, chosen: 'postgres' | RedisClient): Counters {
    const [counters, timeoutMs, atOnce] =
      chosen === 'postgres'
        ? [createStoredCounters(client, schema, queryTimeoutMs), queryTimeoutMs, OF_POSTGRES]
        : [createRedisCounters(chosen, options.counterPrefix), options.counterTimeoutMs, OF_REDIS]
    const losses = tellLosses(kind, observe)
    const guarded = guardCounters({ counters, timeoutMs, pauseMs: LOOK_PAUSE_MS, losses })
    const gathered = gatherCounters({ counters: guarded, atOnce, overload: createOverload(losses, clock) })
    closing.push(guarded.close, gathered.close)
    return rememberFull(gathered, clock)
  }

  function rateCounters(): Counters {
    if (options.rateCounters === 'memory') return createMemoryCounters()
    const counters = shared('rates', options.rateCounters)
    return options.insuresRates ? insureCounters(counters, createMemoryCounters()) : counters
  }

  return {
    limiter: createLimiter({
      ...options,
      rates: rateCounters(),
      quotas: shared('quotas', options.quotaCounters),
      waitMs: isAnyStored(options)
        ? Math.max(queryTimeoutMs, options.counterTimeoutMs)
        : options.counterTimeoutMs,
    }),
    failedAttempts:
      options.failedAttempts === null
        ? uncounted
        : createFailedAttempts(options.failedAttempts, clock, queryTimeoutMs),
    async close() {
      await Promise.all(closing.map((close) => close()))
    },
  }
}

function isAnyStored({ rateCounters, quotaCounters }: ParsedLimitOptions): boolean {
  return rateCounters === 'postgres' || quotaCounters === 'postgres'
}
