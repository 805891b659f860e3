import { parseLimits } from '../../src/key/limit.js'
import type { KeyRecord } from '../../src/key/verdict.js'
import type { Counters } from '../../src/limits/counters.js'
import { createLimiter, type LimiterOptions } from '../../src/limits/create-limiter.js'
import { createMemoryCounters } from '../../src/limits/flexible-counters.js'
import { keyRecord } from '../coherence/key-record.js'

/** A limiter that counts in memory, both rates and quotas. */
export function memoryLimiter(
  more: Partial<LimiterOptions> = {},
  counters: Counters = createMemoryCounters(),
) {
  return createLimiter({
    perKey: null,
    perTenant: null,
    rates: counters,
    quotas: counters,
    waitMs: 1_000,
    allowsUncounted: false,
    ...more,
  })
}

export function limitedKey(limits: readonly string[] | null, more: Partial<KeyRecord> = {}): KeyRecord {
  return keyRecord('key', { limits: limits === null ? null : parseLimits(limits), ...more })
}

export type Limiter = ReturnType<typeof memoryLimiter>

/** `passed`, or the reason of the refusal. */
export function spendOne(limiter: Limiter, record: KeyRecord, nowMs: number): Promise<string> {
  return limiter.spend(record, nowMs).then(
    () => 'passed',
    ({ reason }) => reason,
  )
}

/** How many of so many requests pass, one after the other. */
export async function passesOf(
  limiter: Limiter,
  record: KeyRecord,
  nowMs: number,
  requests: number,
): Promise<number> {
  let passed = 0
  for (let n = 0; n < requests; n += 1) {
    if ((await spendOne(limiter, record, nowMs)) === 'passed') passed += 1
  }
  return passed
}
