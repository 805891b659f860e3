import type { CacheSettings } from '../coherence/create-coherence.js'
import { MARGIN_MS } from '../coherence/lease.js'
import { invalidOption, refuseUnknownOptions, requireWholeNumber } from '../options.js'

/** How long and how many keys are kept in memory, and so how soon a revocation counts. */
export interface CacheOptions {
  /** Keys kept in memory, about 1 KiB each; default 50000. The least recently used goes first. */
  readonly maxKeys?: number
  /** A change is obeyed at most this long after its commit, in milliseconds, whatever fails; default 2000. */
  readonly leaseMs?: number
  /** The pause between two heartbeats, in milliseconds; default 500. */
  readonly heartbeatMs?: number
  /** How long a heartbeat may take, in milliseconds; default 600. Two may fail within a lease. */
  readonly heartbeatTimeoutMs?: number
}

const cacheNames = ['maxKeys', 'leaseMs', 'heartbeatMs', 'heartbeatTimeoutMs']

export function parseCacheOptions(factory: string, cache: CacheOptions): CacheSettings {
  if (typeof cache !== 'object' || cache === null)
    throw invalidOption(factory, 'cache', 'must be false or an object')
  const within = `${factory}, cache`
  refuseUnknownOptions(within, cache, cacheNames)
  const { maxKeys = 50_000, leaseMs = 2_000, heartbeatMs = 500, heartbeatTimeoutMs = 600 } = cache
  for (const [name, value] of Object.entries({ maxKeys, leaseMs, heartbeatMs, heartbeatTimeoutMs })) {
    requireWholeNumber(within, name, value)
  }
  const least = heartbeatMs + 2 * heartbeatTimeoutMs + MARGIN_MS
  if (leaseMs < least) {
    throw invalidOption(
      within,
      'leaseMs',
      `must leave room for two missed heartbeats: heartbeatMs + 2 × heartbeatTimeoutMs + ${MARGIN_MS} = ${least} or more`,
    )
  }
  return { maxKeys, leaseMs, heartbeatMs, heartbeatTimeoutMs }
}
