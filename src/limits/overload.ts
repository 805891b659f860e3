import type { Clock } from '../clock.js'
import type { CountersBusy } from './counter-lane.js'
import type { Losses } from './losses.js'

/** Timers that ring this late tell that the process stood still: its answers may be there, and nobody has read them. */
const STOOD_STILL_MS = 20
/** Whoever gives up for so long, with pauses no longer than this, has more to do than can be done. */
const LASTING_MS = 1_000

export interface Overload {
  /** A request has given up waiting for its turn. */
  readonly gaveUp: (error: CountersBusy) => void
  /** Nobody waits any more. */
  readonly ended: () => void
}

/** Tells that more is asked of counters than they can answer; not that this process has had a pause. */
export function createOverload(losses: Losses, clock: Clock): Overload {
  let firstMs = -Infinity
  let lastMs = -Infinity
  return {
    gaveUp(error) {
      const nowMs = clock.monotonicMs()
      if (nowMs - lastMs > LASTING_MS) firstMs = nowMs
      lastMs = nowMs
      if (error.lateMs <= STOOD_STILL_MS || nowMs - firstMs > LASTING_MS) losses.begin('busy', error)
    },
    ended: () => losses.end('busy'),
  }
}
