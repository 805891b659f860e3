import { afterEach, describe, expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.js'
import type { ApiKeyEvent } from '../../src/events.js'
import type { CounterStore } from '../../src/key/counter.js'
import { gatherCounters } from '../../src/limits/gathered-counters.js'
import { CountersDown, guardCounters } from '../../src/limits/guarded-counters.js'
import { tellLosses } from '../../src/limits/losses.js'
import { createOverload } from '../../src/limits/overload.js'
import { until } from '../coherence/until.js'
import { losableStore } from './losable-store.js'

const counter = { name: 'some', tenantId: 't1', endsAtMs: null, lengthMs: null }

const unheard = tellLosses('quotas', () => {})

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

function gathering(store: CounterStore, { atOnce = 3, losses = unheard } = {}) {
  const counters = gatherCounters({ counters: store, atOnce, overload: createOverload(losses, systemClock) })
  closing.push(counters.close)
  return counters
}

function slowStore(): CounterStore {
  const { store } = losableStore()
  return {
    ...store,
    async take(...of) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return store.take(...of)
    },
  }
}

/** A request that waits so long for all of its limits. */
const within = (ms: number, isBegun = false) => ({ untilMs: performance.now() + ms, isBegun })
const soon = () => within(5_000)

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

  test('of hundreds of keys of one tenant keep no other tenant waiting', async () => {
    const counters = gathering(slowStore(), { atOnce: 1 })
    const take = (tenantId: string, name: string) => counters.take({ ...counter, tenantId, name }, 9, soon())
    const answered: string[] = []
    const loud = Array.from({ length: 30 }, (_, n) => take('loud', `loud ${n}`))
    const quiet = ['quiet 1', 'quiet 2'].map((name) => take('quiet', name).then(() => answered.push(name)))
    for (const [n, taken] of loud.entries()) void taken.then(() => answered.push(`loud ${n}`))

    await Promise.all(quiet)

    expect(answered).toEqual(['loud 0', 'loud 1', 'quiet 1', 'loud 2', 'quiet 2'])
    await Promise.all(loud)
  })

  test('that have given up take no turn of their tenant’s', async () => {
    const counters = gathering(slowStore(), { atOnce: 1 })
    const take = (tenantId: string, name: string, waitMs: number) =>
      counters.take({ ...counter, tenantId, name }, 1_000, within(waitMs))
    let isOver = false
    const keepAsking = async (name: string) => {
      while (!isOver) await take('quiet', name, 5_000)
    }
    const quiet = ['quiet 1', 'quiet 2'].map(keepAsking)
    await Promise.allSettled(Array.from({ length: 100 }, (_, n) => take('loud', `loud ${n}`, 10)))

    const last = await take('loud', 'last', 1_000)
    isOver = true
    await Promise.all(quiet)

    expect(last).toBe(0)
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

    const waiting = counters.take({ ...counter, name: 'stuck' }, 5, within(20))

    await expect(waiting).rejects.toBeInstanceOf(CountersDown)
    expect(await counters.take(counter, 5, soon())).toBe(0)
  })
})

describe('requests that ask for more counters at once than the store can answer', () => {
  test('are told of, once for all that gave up, and so is that they are answered again', async () => {
    const events: ApiKeyEvent[] = []
    const losses = tellLosses('rates', (event) => events.push(event))
    const counters = gathering(slowStore(), { losses })
    const names = Array.from({ length: 12 }, (_, n) => `key ${n}`)

    const asking = names.map((name) => counters.take({ ...counter, name }, 5, within(80)))
    const outcomes = await Promise.allSettled(asking)
    await until(() => events.length === 2)

    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(3)
    expect(events).toEqual([
      {
        type: 'counters_lost',
        counters: 'rates',
        cause: expect.objectContaining({ message: expect.stringContaining('too much to do') }),
      },
      { type: 'counters_regained', counters: 'rates' },
    ])
  })

  test('are answered as many as it can, for who waits longest is not asked for too late', async () => {
    const { store } = losableStore()
    const answers = { given: 0 }
    const slow: CounterStore = {
      ...store,
      async take(...of) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        answers.given += 1
        return store.take(...of)
      },
    }
    const counters = gathering(slow, { atOnce: 1 })
    const asking: Promise<number>[] = []
    for (let n = 0; n < 400; n += 1) {
      const taken = counters.take({ ...counter, name: `key ${n}` }, 5, within(800))
      taken.catch(() => {})
      asking.push(taken)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }

    const outcomes = await Promise.allSettled(asking)

    const inTime = outcomes.filter(({ status }) => status === 'fulfilled').length
    expect(inTime).toBeGreaterThan(answers.given * 0.6)
  })

  test('are none where one question takes long: who waits for the same counter is next', async () => {
    const { store } = losableStore()
    let asked = 0
    const slowOnce: CounterStore = {
      ...store,
      async take(...of) {
        asked += 1
        if (asked === 1) await new Promise((resolve) => setTimeout(resolve, 1_850))
        return store.take(...of)
      },
    }
    const counters = gathering(slowOnce)

    const befores = await Promise.all([
      counters.take(counter, 5, soon()),
      Promise.resolve().then(() => counters.take(counter, 5, within(2_000))),
    ])

    expect(befores).toEqual([0, 1])
  })

  test('are answered first where another counter has counted them, for its work would be in vain', async () => {
    const counters = gathering(slowStore(), { atOnce: 1 })
    const answered: string[] = []
    const take = (name: string, isBegun: boolean) =>
      counters.take({ ...counter, name }, 9, within(5_000, isBegun)).then(() => answered.push(name))
    const fresh = ['one', 'two', 'three'].map((name) => take(name, false))

    await Promise.all([...fresh, take('begun', true), take('three', true)])

    expect(answered).toEqual(['one', 'begun', 'three', 'three', 'two'])
  })

  test('are none where it answers as many at once', async () => {
    const counters = gathering(slowStore(), { atOnce: 100 })
    const names = Array.from({ length: 60 }, (_, n) => `key ${n}`)

    const befores = await Promise.all(
      names.map((name) => counters.take({ ...counter, name }, 5, within(2_000))),
    )

    expect(befores).toEqual(names.map(() => 0))
  })
})

describe('counters that are closed', () => {
  test('wait for the questions that are open', async () => {
    const answered: string[] = []
    const slow = slowStore()
    const counters = gathering({
      ...slow,
      async take(of, ...rest) {
        const before = await slow.take(of, ...rest)
        answered.push(of.name)
        return before
      },
    })
    const takes = ['one', 'two'].map((name) => counters.take({ ...counter, name }, 9, soon()))

    await counters.close()

    expect(answered).toEqual(['one', 'two'])
    await Promise.all(takes)
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

    const asked = counters.take(counter, 5, within(20))

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
    const guarded = guardCounters({ counters: store, timeoutMs: 30, pauseMs: 50, losses: unheard })
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
