import type { Clock } from '../clock.js'
import type { CounterKind, Observer } from '../events.js'
import { withinTime } from '../time-limit.js'
import { withoutHashes } from '../without-hashes.js'
import type { Counters } from './counters.js'

/** A store that failed is let alone for this long: else each request would wait for it in vain. */
const PAUSE_MS = 1_000

/** Counters that cannot be asked at the moment. */
export class CountersDown extends Error {}

interface GuardOptions {
  readonly counters: Counters
  readonly kind: CounterKind
  /** The longest wait for them, in milliseconds. */
  readonly limitMs: number
  readonly clock: Clock
  readonly observe: Observer
}

/**
 * Counters that answer within the limit, or fail with `CountersDown`. After a failure one request a second finds out
 * whether they are back; the others are told at once.
 */
export function guardCounters({ counters, kind, limitMs, clock, observe }: GuardOptions): Counters {
  let isDown = false
  let asksAgainAtMs = 0

  async function guarded<T>(question: () => Promise<T>): Promise<T> {
    const nowMs = clock.monotonicMs()
    if (isDown && nowMs < asksAgainAtMs) throw new CountersDown()
    // Also while this one waits.
    if (isDown) asksAgainAtMs = nowMs + PAUSE_MS + limitMs
    try {
      const answer = await withinTime(limitMs, question())
      if (isDown) observe({ type: 'counters_regained', counters: kind })
      isDown = false
      return answer
    } catch (error) {
      const cause = withoutHashes(error)
      asksAgainAtMs = clock.monotonicMs() + PAUSE_MS
      if (!isDown) observe({ type: 'counters_lost', counters: kind, cause })
      isDown = true
      throw new CountersDown('the counters do not answer', { cause })
    }
  }

  return {
    take: (counter, most) => guarded(() => counters.take(counter, most)),
    giveBack: (counter) => guarded(() => counters.giveBack(counter)),
    read: (counter) => guarded(() => counters.read(counter)),
  }
}

/** Counts in memory, in each process for itself, while the others are down. */
export function insureCounters(counters: Counters, memory: Counters): Counters {
  async function ask<T>(question: (asked: Counters) => Promise<T>): Promise<T> {
    try {
      return await question(counters)
    } catch (error) {
      if (error instanceof CountersDown) return question(memory)
      throw error
    }
  }
  return {
    take: (counter, most) => ask((asked) => asked.take(counter, most)),
    giveBack: (counter) => ask((asked) => asked.giveBack(counter)),
    read: (counter) => ask((asked) => asked.read(counter)),
  }
}
