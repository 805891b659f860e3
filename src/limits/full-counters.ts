import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import type { Counters } from './counters.js'

/** A counter that is full is believed to stay so for this long. */
const BELIEVED_MS = 100
const MAX_REMEMBERED = 10_000

interface Full {
  readonly most: number
  readonly untilMs: number
}

/**
 * Answers for counters that are full from memory, a moment long: who is over a limit and goes on asking is no load for
 * the store. What another process gives back meanwhile can be taken a moment later.
 */
export function rememberFull(counters: Counters, clock: Clock): Counters {
  const full = new LRUCache<string, Full>({ max: MAX_REMEMBERED })

  function isFull(name: string, most: number): boolean {
    const known = full.get(name)
    return known !== undefined && most <= known.most && clock.monotonicMs() < known.untilMs
  }

  return {
    async take(counter, most, request) {
      const { name } = counter
      if (isFull(name, most)) return most
      const before = await counters.take(counter, most, request)
      if (before >= most) full.set(name, { most, untilMs: clock.monotonicMs() + BELIEVED_MS })
      return before
    },
    giveBack(counter) {
      full.delete(counter.name)
      counters.giveBack(counter)
    },
    read: (counter) => counters.read(counter),
  }
}
