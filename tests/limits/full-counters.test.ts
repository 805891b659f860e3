import { describe, expect, test } from '@jest/globals'
import type { Counters } from '../../src/limits/counters.js'
import { createMemoryCounters } from '../../src/limits/flexible-counters.js'
import { rememberFull } from '../../src/limits/full-counters.js'
import { settableClock } from '../coherence/settable-clock.js'

const counter = { name: 'some', tenantId: 't1', endsAtMs: null, lengthMs: null }

const soon = () => ({ untilMs: performance.now() + 1_000, isBegun: false })

function remembering() {
  const store = createMemoryCounters()
  const clock = settableClock()
  let asked = 0
  const counted: Counters = {
    ...store,
    take: (...of) => {
      asked += 1
      return store.take(...of)
    },
  }
  return { store, clock, counters: rememberFull(counted, clock), asked: () => asked }
}

describe('a counter that is full', () => {
  test('is not asked again for a moment, and then once', async () => {
    const { counters, clock, asked } = remembering()
    for (let n = 0; n < 50; n += 1) await counters.take(counter, 3, soon())
    const first = asked()

    clock.pass(100)
    for (let n = 0; n < 50; n += 1) await counters.take(counter, 3, soon())

    expect([first, asked()]).toEqual([4, 5])
  })

  test('is not full for a wider limit, nor when something was given back', async () => {
    const { counters } = remembering()
    const before: number[] = []
    const take = async (most: number) => before.push(await counters.take(counter, most, soon()))
    await take(1)
    await take(1)

    await take(2)
    await take(2)
    counters.giveBack(counter)
    await take(2)

    expect(before).toEqual([0, 1, 1, 2, 1])
  })

  test('that another process has given back to can be taken a moment later', async () => {
    const { counters, store, clock } = remembering()
    await counters.take(counter, 1, soon())
    await counters.take(counter, 1, soon())
    store.giveBack(counter)

    const atOnce = await counters.take(counter, 1, soon())
    clock.pass(100)

    expect([atOnce, await counters.take(counter, 1, soon())]).toEqual([1, 0])
  })
})
