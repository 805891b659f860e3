import { afterEach, describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from '../../src/events.js'
import type { Counters } from '../../src/limits/counters.js'
import { createMemoryCounters } from '../../src/limits/flexible-counters.js'
import { type GuardedCounters, guardCounters } from '../../src/limits/guarded-counters.js'
import { insureCounters } from '../../src/limits/insured-counters.js'
import { until } from '../coherence/until.js'
import { limitedKey, memoryLimiter, passesOf, spendOne } from './limited-key.js'

const NOON_MS = Date.UTC(2026, 10, 23, 12)

const guards: GuardedCounters[] = []
afterEach(() => {
  for (const guard of guards.splice(0)) guard.close()
})

/** Counters of a store that can be taken away, and how often it was asked. */
function losableCounters() {
  const memory = createMemoryCounters()
  const events: ApiKeyEvent[] = []
  const asked = { times: 0 }
  let trouble: 'none' | 'fails' | 'hangs' = 'none'
  const meet = async () => {
    asked.times += 1
    if (trouble === 'fails') throw new Error('connect ECONNREFUSED')
    if (trouble === 'hangs') await new Promise(() => {})
  }
  const losable: Counters = {
    take: (...of) => meet().then(() => memory.take(...of)),
    giveBack: (...of) => meet().then(() => memory.giveBack(...of)),
    read: (...of) => meet().then(() => memory.read(...of)),
  }
  const counters = guardCounters({
    ...{ counters: losable, kind: 'rates', limitMs: 30, pauseMs: 50 },
    observe: (event) => events.push(event),
  })
  guards.push(counters)
  return {
    ...{ counters, events, asked },
    regained: () => until(() => events.at(-1)?.type === 'counters_regained'),
    be(next: typeof trouble) {
      trouble = next
    },
  }
}

describe.each(['fails', 'hangs'] as const)('while a store of counters %s', (trouble) => {
  test('rates are counted in memory, which is told once, and so is its end', async () => {
    const { counters, regained, events, be } = losableCounters()
    const limiter = memoryLimiter({ rates: insureCounters(counters, createMemoryCounters()) })
    const record = limitedKey(['5/m'])
    const before = await passesOf(limiter, record, NOON_MS, 2)
    be(trouble)

    const meanwhile = await passesOf(limiter, record, NOON_MS, 9)
    be('none')
    await regained()
    const afterwards = await passesOf(limiter, record, NOON_MS, 9)

    expect([before, meanwhile, afterwards]).toEqual([2, 5, 3])
    expect(events).toEqual([
      { type: 'counters_lost', counters: 'rates', cause: expect.any(Error) },
      { type: 'counters_regained', counters: 'rates' },
    ])
  })

  test('requests with a quota are refused as trouble of ours', async () => {
    const { counters, be } = losableCounters()
    const limiter = memoryLimiter({ quotas: counters })
    be(trouble)

    const refusal = await limiter.spend(limitedKey(['5/day']), NOON_MS).catch((error) => error)

    expect(refusal).toMatchObject({ code: 'store_unavailable', status: 503, reason: 'counters_failed' })
  })

  test('requests with a quota pass where that is chosen, and other limits hold', async () => {
    const { counters, be } = losableCounters()
    const limiter = memoryLimiter({ quotas: counters, allowsUncounted: true })
    be(trouble)

    expect(await passesOf(limiter, limitedKey(['5/day', '7/s']), NOON_MS, 20)).toBe(7)
  })

  test('requests with a rate are refused where that is chosen', async () => {
    const { counters, be } = losableCounters()
    const limiter = memoryLimiter({ rates: counters })
    be(trouble)

    expect(await spendOne(limiter, limitedKey(['5/s']), NOON_MS)).toBe('counters_failed')
  })

  test('no request waits for it once that is known', async () => {
    const { counters, asked, be } = losableCounters()
    const limiter = memoryLimiter({ rates: insureCounters(counters, createMemoryCounters()) })
    be(trouble)
    await passesOf(limiter, limitedKey(['1000/s']), NOON_MS, 5)
    const [before, startedAt] = [asked.times, performance.now()]

    await passesOf(limiter, limitedKey(['1000/s']), NOON_MS, 500)

    // A look or two of those that are off the path of requests.
    expect(asked.times - before).toBeLessThan(20)
    expect(performance.now() - startedAt).toBeLessThan(500)
  })

  test('a request that it refuses takes nothing of its other limits', async () => {
    const { counters, regained, be } = losableCounters()
    const rates = createMemoryCounters()
    const limiter = memoryLimiter({ rates, quotas: counters })
    const record = limitedKey(['5/m', '100/day'])
    be(trouble)
    await passesOf(limiter, record, NOON_MS, 20)
    be('none')
    await regained()

    expect(await passesOf(limiter, record, NOON_MS, 20)).toBe(5)
  })
})
