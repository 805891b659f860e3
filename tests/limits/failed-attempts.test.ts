import { describe, expect, test } from '@jest/globals'
import { parseLimit } from '../../src/key/limit.js'
import { createFailedAttempts } from '../../src/limits/failed-attempts.js'
import { settableClock } from '../coherence/settable-clock.js'

function countingAttempts(text: string) {
  const clock = settableClock()
  const limit = parseLimit(text)
  if (limit?.kind !== 'rate') throw new Error(`${text} is no rate`)
  const attempts = createFailedAttempts(limit, clock, 1_000)
  const from = (address: string | undefined) => {
    try {
      attempts.refuseExhausted({ address })
      return 'passes'
    } catch (error) {
      return error as { code: string; facts: { retryAfterSeconds: number } }
    }
  }
  return { clock, attempts, from }
}

describe('failed attempts', () => {
  test('exhaust an address, and no other', () => {
    const { attempts, from } = countingAttempts('3/m')
    for (let n = 0; n < 2; n += 1) attempts.note({ address: '203.0.113.7' })
    const before = from('203.0.113.7')

    attempts.note({ address: '203.0.113.7' })

    expect(before).toBe('passes')
    expect(from('203.0.113.7')).toMatchObject({ code: 'rate_limited', reason: 'attempts_exhausted' })
    expect(from('203.0.113.8')).toBe('passes')
    expect(from(undefined)).toBe('passes')
  })

  test('of requests without an address count together, and those that no request makes do not', () => {
    const { attempts, from } = countingAttempts('3/m')
    for (let n = 0; n < 3; n += 1) attempts.note(undefined)
    const before = from(undefined)

    for (let n = 0; n < 3; n += 1) attempts.note({ address: undefined })

    expect(before).toBe('passes')
    expect(from(undefined)).toMatchObject({ reason: 'attempts_exhausted' })
    expect(from('203.0.113.7')).toBe('passes')
    expect(() => attempts.refuseExhausted(undefined)).not.toThrow()
  })

  test('are forgotten with the window, and asking in vain does not prolong it', () => {
    const { clock, attempts, from } = countingAttempts('3/m')
    for (let n = 0; n < 3; n += 1) attempts.note({ address: '203.0.113.7' })
    const refused = from('203.0.113.7')
    if (refused === 'passes') throw new Error('nothing was exhausted')

    clock.pass(refused.facts.retryAfterSeconds * 1_000 - 1_001)
    const late = from('203.0.113.7')
    clock.pass(1_001)

    expect(late).not.toBe('passes')
    expect(from('203.0.113.7')).toBe('passes')
  })

  test('of a million addresses take little memory', () => {
    const { attempts, from } = countingAttempts('100/m')
    global.gc?.()
    const before = process.memoryUsage().heapUsed

    for (let n = 0; n < 1_000_000; n += 1) {
      attempts.note({ address: `${n >> 16}.${(n >> 8) & 255}.${n & 255}.7` })
    }
    for (let n = 0; n < 100; n += 1) attempts.note({ address: '203.0.113.7' })
    global.gc?.()

    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1_048_576)
    expect(from('203.0.113.7')).not.toBe('passes')
  })
})
