import { afterEach, describe, expect, test } from '@jest/globals'
import type { CounterStore } from '../../src/limits/counters.js'
import { gatherCounters } from '../../src/limits/gathered-counters.js'
import { CountersDown, guardCounters } from '../../src/limits/guarded-counters.js'
import { until } from '../coherence/until.js'
import { losableStore } from './losable-store.js'

const counter = { name: 'some', endsAtMs: null, lengthMs: null }

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

function gathering(store: CounterStore) {
  const counters = gatherCounters(store)
  closing.push(counters.close)
  return counters
}

const soon = () => performance.now() + 5_000

describe('requests that ask for one counter at once', () => {
  test('are a question or two to the store, and exactly as many pass as there is room', async () => {
    const { store, asked } = losableStore()
    const counters = gathering(store)

    const befores = await Promise.all(Array.from({ length: 500 }, () => counters.take(counter, 100, soon())))

    expect(befores.filter((before) => before < 100).toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 100 }, (_, n) => n),
    )
    expect(asked.times).toBeLessThanOrEqual(2)
  })

  test('with different limits each meet their own', async () => {
    const { store, countOf } = losableStore()
    const counters = gathering(store)

    const befores = await Promise.all([1, 1, 5, 5, 5].map((most) => counters.take(counter, most, soon())))

    expect(befores).toEqual([0, 1, 1, 2, 3])
    expect(countOf('some')).toBe(4)
  })

  test('wait no longer than they may, while another counter is answered', async () => {
    const { store } = losableStore()
    const stuck: CounterStore = {
      ...store,
      take: ({ name }, ...of) =>
        name === 'stuck' ? new Promise(() => {}) : store.take({ ...counter, name }, ...of),
    }
    const counters = gathering(stuck)
    const hung = counters.take({ ...counter, name: 'stuck' }, 5, soon())
    hung.catch(() => {})

    const waiting = counters.take({ ...counter, name: 'stuck' }, 5, performance.now() + 20)

    await expect(waiting).rejects.toBeInstanceOf(CountersDown)
    expect(await counters.take(counter, 5, soon())).toBe(0)
  })
})

describe('what is given back', () => {
  test('is also what was taken for a request that has given up meanwhile', async () => {
    const { store, countOf } = losableStore()
    const takenBefore: number[] = []
    const slow: CounterStore = {
      ...store,
      async take(...of) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        takenBefore.push(await store.take(...of))
        return 0
      },
    }
    const counters = gathering(slow)

    const asked = counters.take(counter, 5, performance.now() + 20)

    await expect(asked).rejects.toMatchObject({ wasAsked: true })
    await until(() => takenBefore.length === 1)
    await until(() => countOf('some') === 0)
  })

  test('is together one question', async () => {
    const { store, asked, countOf } = losableStore()
    const counters = gathering(store)
    await Promise.all(Array.from({ length: 50 }, () => counters.take(counter, 100, soon())))
    const before = asked.times

    for (let n = 0; n < 50; n += 1) counters.giveBack(counter)
    await until(() => countOf('some') === 0)

    expect(asked.times - before).toBeLessThanOrEqual(2)
  })

  test('while the store is down is kept until it is back', async () => {
    const { store, countOf, be } = losableStore()
    const guarded = guardCounters({
      ...{ counters: store, kind: 'quotas', limitMs: 30, pauseMs: 50 },
      observe: () => {},
    })
    closing.push(guarded.close)
    const counters = gathering(guarded)
    await counters.take(counter, 5, soon())
    be('fails')
    await counters.take({ ...counter, name: 'other' }, 5, soon()).catch(() => {})

    counters.giveBack(counter)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const meanwhile = countOf('some')
    be('none')

    await until(() => countOf('some') === 0)
    expect(meanwhile).toBe(1)
  })
})
