import { describe, expect, test } from '@jest/globals'
import { parseLimits } from '../../src/key/limit.js'
import { limitedKey, memoryLimiter, passesOf, spendOne } from './limited-key.js'

const NOON_MS = Date.UTC(2026, 10, 23, 12)
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

describe('a rate', () => {
  test('lets so many pass in each window, and is counted anew at its edge', async () => {
    const limiter = memoryLimiter()
    const record = limitedKey(['10/s'])

    const passes = []
    for (const ms of [0, 1, 999, 1_000, 1_999, 2_000]) {
      passes.push(await passesOf(limiter, record, NOON_MS + ms, 12))
    }

    expect(passes).toEqual([10, 0, 0, 10, 0, 10])
  })

  test('loses none of ten thousand requests over a thousand edges', async () => {
    const limiter = memoryLimiter()
    const record = limitedKey(['7/s'])

    let passed = 0
    for (let n = 0; n < 10_000; n += 1) {
      if ((await spendOne(limiter, record, NOON_MS + n * 100)) === 'passed') passed += 1
    }

    expect(passed).toBe(7_000)
  })

  test('says when to try again, and that is not before', async () => {
    const limiter = memoryLimiter()
    const record = limitedKey(['1/m'])
    const at = NOON_MS + 12_345
    await spendOne(limiter, record, at)

    const refusal = await limiter.spend(record, at).catch((error) => error)

    expect(refusal).toMatchObject({ code: 'rate_limited', reason: 'over_rate' })
    expect(refusal.facts).toMatchObject({ retryAfterSeconds: 48, violatedPolicies: ['1/m'] })
    expect(await spendOne(limiter, record, at + 47_000)).toBe('over_rate')
    expect(await spendOne(limiter, record, at + 48_000)).toBe('passed')
  })

  test('with a burst lets more pass when it is spent, until the burst is spent too', async () => {
    const limiter = memoryLimiter()
    const record = limitedKey(['10/s+25/m'])

    const passes = []
    for (const second of [0, 1, 2, 3, 60]) {
      passes.push(await passesOf(limiter, record, NOON_MS + second * 1_000, 30))
    }

    expect(passes).toEqual([30, 15, 10, 10, 30])
  })

  test('of a tenant is shared by its keys', async () => {
    const limiter = memoryLimiter({ perTenant: parseLimits(['10/s']) })
    const [one, other] = [limitedKey(null), limitedKey(null, { familyId: 'another' })]

    expect(await passesOf(limiter, one, NOON_MS, 6)).toBe(6)
    expect(await passesOf(limiter, other, NOON_MS, 6)).toBe(4)
  })

  test('of all keys holds for those without limits of their own, and for each alone', async () => {
    const limiter = memoryLimiter({ perKey: parseLimits(['5/s']) })

    expect(await passesOf(limiter, limitedKey(null), NOON_MS, 9)).toBe(5)
    expect(await passesOf(limiter, limitedKey(null, { familyId: 'another' }), NOON_MS, 9)).toBe(5)
    expect(await passesOf(limiter, limitedKey(['7/s'], { familyId: 'third' }), NOON_MS, 9)).toBe(7)
  })

  test('is shared by the keys of a chain of rotations', async () => {
    const limiter = memoryLimiter()
    const old = limitedKey(['5/m'])
    const successor = { ...limitedKey(['5/m']), principal: limitedKey(null).principal }

    expect(await passesOf(limiter, old, NOON_MS, 3)).toBe(3)
    expect(await passesOf(limiter, successor, NOON_MS, 3)).toBe(2)
  })
})

describe('several limits', () => {
  test('hold all together', async () => {
    const limiter = memoryLimiter()
    const record = limitedKey(['25/h', '10/s'])

    const passes = []
    for (const ms of [0, 1_000, 2_000, 3_000, HOUR_MS]) {
      passes.push(await passesOf(limiter, record, NOON_MS + ms, 20))
    }

    expect(passes).toEqual([10, 10, 5, 0, 10])
  })

  test('lose nothing to a request that one of them refuses', async () => {
    const limiter = memoryLimiter({ perTenant: parseLimits(['3/h']) })
    const record = limitedKey(['100/m', '50/day'])
    await passesOf(limiter, record, NOON_MS, 20)

    const later = NOON_MS + HOUR_MS
    const { states } = await limiter.spend(record, later)

    expect(states.map(({ name, remaining }) => `${name}: ${remaining}`)).toEqual([
      '100/m: 99',
      'tenant 3/h: 2',
      '50/day: 46',
    ])
  })
})

describe('a rate and a quota', () => {
  test('a request that the rate refuses keeps no other from the last of the quota', async () => {
    const limiter = memoryLimiter({ perTenant: parseLimits(['5/s']) })
    const record = limitedKey(['10/lifetime'])

    const outcomes = await Promise.all(Array.from({ length: 50 }, () => spendOne(limiter, record, NOON_MS)))
    const next = await passesOf(limiter, record, NOON_MS + 1_000, 9)

    expect(outcomes.filter((outcome) => outcome === 'passed')).toHaveLength(5)
    expect(new Set(outcomes)).toEqual(new Set(['passed', 'over_rate']))
    expect(next).toBe(5)
  })

  test('a limit that is changed begins with a burst of its own', async () => {
    const limiter = memoryLimiter()
    await passesOf(limiter, limitedKey(['1/s+5/m']), NOON_MS, 9)

    expect(await passesOf(limiter, limitedKey(['1/5s+5/m']), NOON_MS, 9)).toBe(6)
  })
})

describe('a quota', () => {
  test('is refilled with the day', async () => {
    const limiter = memoryLimiter()
    const record = limitedKey(['5/day'])

    expect(await passesOf(limiter, record, NOON_MS, 9)).toBe(5)
    expect(await passesOf(limiter, record, NOON_MS + DAY_MS / 2 - 1, 9)).toBe(0)
    expect(await passesOf(limiter, record, NOON_MS + DAY_MS / 2, 9)).toBe(5)
  })

  test('tells when it is refilled; one for a lifetime never is', async () => {
    const limiter = memoryLimiter()
    const [daily, once] = [limitedKey(['1/day']), limitedKey(['1/lifetime'])]
    await passesOf(limiter, daily, NOON_MS, 1)
    await passesOf(limiter, once, NOON_MS, 1)

    const refusals = await Promise.all(
      [daily, once].map((record) => limiter.spend(record, NOON_MS).catch((error) => error)),
    )

    expect(refusals.map(({ code, status }) => [code, status])).toEqual([
      ['quota_exceeded', 429],
      ['quota_exhausted', 403],
    ])
    expect(refusals.map(({ facts }) => facts.retryAfterSeconds)).toEqual([43_200, undefined])
  })

  test('that is raised goes on from what was used, not from what was refused', async () => {
    const limiter = memoryLimiter()
    await passesOf(limiter, limitedKey(['5/day']), NOON_MS, 1_000)

    expect(await passesOf(limiter, limitedKey(['8/day']), NOON_MS, 10)).toBe(3)
  })

  test('passes exactly as many of 500 requests at once', async () => {
    const limiter = memoryLimiter()
    const record = limitedKey(['100/day'])

    const outcomes = await Promise.all(Array.from({ length: 500 }, () => spendOne(limiter, record, NOON_MS)))

    expect(outcomes.filter((outcome) => outcome === 'passed')).toHaveLength(100)
  })

  test('tells how much was used, without using it', async () => {
    const limiter = memoryLimiter()
    const record = limitedKey(['10/s', '100/day'])
    await passesOf(limiter, record, NOON_MS, 7)

    const key = { ...record, tenantId: record.principal.apiKey.tenantId }
    const [first, second] = [await limiter.readQuotas(key, NOON_MS), await limiter.readQuotas(key, NOON_MS)]

    expect(first).toEqual([expect.objectContaining({ name: '100/day', limit: 100, remaining: 93 })])
    expect(second).toEqual(first)
  })
})

test('what is given back can be taken again, once', async () => {
  const limiter = memoryLimiter()
  const record = limitedKey(['1/s', '1/day'])

  const { giveBack } = await limiter.spend(record, NOON_MS)
  const states = giveBack()

  expect(states.map(({ remaining }) => remaining)).toEqual([1, 1])
  expect(await passesOf(limiter, record, NOON_MS, 3)).toBe(1)
})

test('a key without limits asks nobody', () => {
  expect(memoryLimiter().applies(limitedKey(null))).toBe(false)
  expect(memoryLimiter().applies(limitedKey(['1/s']))).toBe(true)
  expect(memoryLimiter({ perKey: parseLimits(['1/s']) }).applies(limitedKey(null))).toBe(true)
  expect(memoryLimiter({ perTenant: parseLimits(['1/s']) }).applies(limitedKey(null))).toBe(true)
})
