import type { Counter } from '../key/counter.js'
import type { Counters } from './counters.js'
import { CountersDown } from './guarded-counters.js'

/** Counts in memory, in each process for itself, while the others are down. */
export function insureCounters(counters: Counters, memory: Counters): Counters {
  // What was taken here is given back here, although the others may be back by then.
  const takenInMemory = new WeakSet<Counter>()
  return {
    async take(counter, most, request) {
      try {
        return await counters.take(counter, most, request)
      } catch (error) {
        if (!(error instanceof CountersDown)) throw error
        takenInMemory.add(counter)
        return memory.take(counter, most, request)
      }
    },
    giveBack: (counter) => (takenInMemory.has(counter) ? memory : counters).giveBack(counter),
    async read(counter) {
      try {
        return await counters.read(counter)
      } catch (error) {
        if (error instanceof CountersDown) return memory.read(counter)
        throw error
      }
    },
  }
}
