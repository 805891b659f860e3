import { afterEach, describe, expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.js'
import type { ApiKeyEvent } from '../../src/events.js'
import { createMemoryCounters } from '../../src/limits/flexible-counters.js'
import { gatherCounters } from '../../src/limits/gathered-counters.js'
import { guardCounters } from '../../src/limits/guarded-counters.js'
import { insureCounters } from '../../src/limits/insured-counters.js'
import { tellLosses } from '../../src/limits/losses.js'
import { createOverload } from '../../src/limits/overload.js'
import { until } from '../coherence/until.js'
import { limitedKey, memoryLimiter, passesOf, spendOne } from './limited-key.js'
import { losableStore } from './losable-store.js'

const NOON_MS = Date.UTC(2026, 10, 23, 12)

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** Counters as a keyring has them, whose store can be taken away. */
function losableCounters() {
  const { store, asked, be } = losableStore()
  const events: ApiKeyEvent[] = []
  const losses = tellLosses('rates', (event) => events.push(event))
  const guarded = guardCounters({ counters: store, timeoutMs: 30, pauseMs: 50, losses })
  const counters = gatherCounters({
    ...{ counters: guarded, atOnce: 3, overload: createOverload(losses, systemClock) },
  })
  closing.push(guarded.close, counters.close)
  return {
    ...{ counters, events, asked, be },
    regained: () => until(() => events.at(-1)?.type === 'counters_regained'),
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

  test('a request with several limits waits once for all of them', async () => {
    const { counters, be } = losableCounters()
    const limiter = memoryLimiter({ quotas: counters, allowsUncounted: true, waitMs: 60 })
    be(trouble)
    const startedAt = performance.now()

    await spendOne(limiter, limitedKey(['5/day', '50/month', '500/lifetime']), NOON_MS)

    expect(performance.now() - startedAt).toBeLessThan(150)
  })
})
