import type { CounterKind, Observer } from '../events.js'
import { withoutHashes } from '../without-hashes.js'

/** Why counters do not answer: they fail, or more is asked than they can answer in time. */
type Why = 'down' | 'busy'

export interface Losses {
  readonly begin: (why: Why, cause: unknown) => void
  readonly end: (why: Why) => void
}

/** Tells once that counters are lost, for however many reasons, and once that none is left. */
export function tellLosses(kind: CounterKind, observe: Observer): Losses {
  const reasons = new Set<Why>()
  return {
    begin(why, cause) {
      if (reasons.size === 0) observe({ type: 'counters_lost', counters: kind, cause: withoutHashes(cause) })
      reasons.add(why)
    },
    end(why) {
      if (reasons.delete(why) && reasons.size === 0) observe({ type: 'counters_regained', counters: kind })
    },
  }
}
