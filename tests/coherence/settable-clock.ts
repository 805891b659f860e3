import type { Clock } from '../../src/clock.js'

/** The two clocks of a process, set by hand. */
export interface SettableClock extends Clock {
  /** Time passes: both clocks go on. */
  pass(ms: number): void
  /** The machine sleeps, and its monotonic clock with it. */
  sleep(ms: number): void
  /** Somebody sets the time of day, by so much. */
  set(ms: number): void
}

export function settableClock(): SettableClock {
  let monotonicMs = 5_000
  let wallMs = Date.UTC(2026, 10, 23)
  return {
    monotonicMs: () => monotonicMs,
    wallMs: () => wallMs,
    pass(ms) {
      monotonicMs += ms
      wallMs += ms
    },
    sleep(ms) {
      wallMs += ms
    },
    set(ms) {
      wallMs += ms
    },
  }
}
