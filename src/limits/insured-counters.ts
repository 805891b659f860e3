import type { Counter, Counters } from './counters.js'
import { CountersDown } from './guarded-counters.js'

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
    take: (counter: Counter, most: number) => ask((asked) => asked.take(counter, most)),
    giveBack: (counter: Counter) => ask((asked) => asked.giveBack(counter)),
    read: (counter: Counter) => ask((asked) => asked.read(counter)),
  }
}
