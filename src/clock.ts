import { performance } from 'node:perf_hooks'

export const DAY_MS = 86_400_000

/** The two clocks of a process, in milliseconds. */
export interface Clock {
  /** Never jumps; may stand still while the machine sleeps. For spans. */
  monotonicMs(): number
  /** The time of day since 1970; may jump. For instants. */
  wallMs(): number
}

export interface Instant {
  readonly monotonicMs: number
  readonly wallMs: number
}

export function instantOf(clock: Clock): Instant {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() }
}

/** By the clock on which more time has passed: the one may have stood still, the other may have been set. */
export function elapsedMs(since: Instant, now: Instant): number {
  return Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs)
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
}
