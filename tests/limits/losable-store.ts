import type { CounterStore } from '../../src/key/counter.js'
import { roomFor } from '../../src/limits/counters.js'

export type StoreTrouble = 'none' | 'fails' | 'hangs'

/** A store of counters that can be taken away, and what it was asked. */
export function losableStore() {
  const values = new Map<string, number>()
  const asked = { times: 0 }
  let trouble: StoreTrouble = 'none'
  const countOf = (name: string) => values.get(name) ?? 0

  async function meet(): Promise<void> {
    asked.times += 1
    if (trouble === 'fails') throw new Error('connect ECONNREFUSED')
    if (trouble === 'hangs') await new Promise(() => {})
  }
  const store: CounterStore = {
    async take({ name }, most, count) {
      await meet()
      const before = countOf(name)
      values.set(name, before + roomFor(count, before, most))
      return before
    },
    async giveBack({ name }, count) {
      await meet()
      values.set(name, Math.max(0, countOf(name) - count))
    },
    async read({ name }) {
      await meet()
      return countOf(name)
    },
  }
  return {
    ...{ store, asked, countOf },
    be(next: StoreTrouble) {
      trouble = next
    },
  }
}
