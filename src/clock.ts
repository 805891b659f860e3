import { performance } from 'node:perf_hooks'

/** The two clocks of a process, in milliseconds. */
export interface Clock {
  /** Never jumps; may stand still while the machine sleeps. For spans. */
  monotonicMs(): number
  /** The time of day since 1970; may jump. For instants. */
  wallMs(): number
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
}
