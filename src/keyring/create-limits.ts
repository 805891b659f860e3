import type { Clock } from '../clock.js'
import type { CounterKind, Observer } from '../events.js'
import type { Counters } from '../limits/counters.js'
import { createLimiter, type Limiter } from '../limits/create-limiter.js'
import { createFailedAttempts, type FailedAttempts, uncounted } from '../limits/failed-attempts.js'
import { createMemoryCounters, createRedisCounters, type RedisClient } from '../limits/flexible-counters.js'
import { guardCounters, insureCounters } from '../limits/guarded-counters.js'
import type { ApiKeyClient } from '../store/client.js'
import { createStoredCounters } from '../store/counters.js'
import type { ParsedLimitOptions } from './limit-options.js'

interface Dependencies {
  readonly client: ApiKeyClient
  readonly schema: string
  readonly queryTimeoutMs: number
  readonly clock: Clock
  readonly observe: Observer
}

interface Limits {
  readonly limiter: Limiter
  readonly failedAttempts: FailedAttempts
}

/** Gives the limits of a keyring the counters that were chosen for them. */
export function createLimits(options: ParsedLimitOptions, dependencies: Dependencies): Limits {
  const { client, schema, queryTimeoutMs, clock, observe } = dependencies

  function shared(kind: CounterKind, chosen: 'postgres' | RedisClient): Counters {
    const guarding = { kind, clock, observe }
    if (chosen === 'postgres') {
      const counters = createStoredCounters(client, schema, queryTimeoutMs)
      return guardCounters({ ...guarding, counters, limitMs: queryTimeoutMs })
    }
    return guardCounters({
      ...guarding,
      counters: createRedisCounters(chosen),
      limitMs: options.counterTimeoutMs,
    })
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
    }),
    failedAttempts:
      options.failedAttempts === null ? uncounted : createFailedAttempts(options.failedAttempts, clock),
  }
}
