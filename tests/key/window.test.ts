import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseLimit } from '../../src/key/limit.js'
import { windowOf } from '../../src/key/window.js'

function windowAt(text: string, time: string) {
  const limit = parseLimit(text)
  if (limit === null) throw new Error(`${text} is no limit`)
  const { name, endsAtMs } = windowOf(limit, Date.parse(time))
  return { name, endsAt: endsAtMs === null ? null : new Date(endsAtMs).toISOString() }
}

describe('a window', () => {
  test.each([
    ['1/day', '2026-11-23T00:00:00Z', 'day:2026-11-23', '2026-11-24T00:00:00.000Z'],
    ['1/day', '2026-11-23T23:59:59.999Z', 'day:2026-11-23', '2026-11-24T00:00:00.000Z'],
    ['1/day', '2026-12-31T12:00:00Z', 'day:2026-12-31', '2027-01-01T00:00:00.000Z'],
    ['1/month', '2026-11-30T23:59:59.999Z', 'month:2026-11', '2026-12-01T00:00:00.000Z'],
    ['1/month', '2028-02-29T00:00:00Z', 'month:2028-02', '2028-03-01T00:00:00.000Z'],
    ['1/month', '2026-12-01T00:00:00Z', 'month:2026-12', '2027-01-01T00:00:00.000Z'],
    ['1/lifetime', '2026-12-01T00:00:00Z', 'lifetime', null],
  ])('of %s at %s is %s and ends at %s', (text, time, name, endsAt) => {
    expect(windowAt(text, time)).toEqual({ name, endsAt })
  })

  test.each([
    ['1/s', 1_000],
    ['1/15m', 900_000],
    ['1/day', 86_400_000],
    ['1/month', 29 * 86_400_000],
    ['1/lifetime', null],
  ])('of %s in February of a leap year is %j ms long', (text, lengthMs) => {
    const limit = parseLimit(text)

    const window = limit && windowOf(limit, Date.UTC(2028, 1, 29))

    expect(window?.lengthMs).toBe(lengthMs)
  })

  test.each([
    ['1/s', '1s:60'],
    ['1/15s', '15s:4'],
    ['1/m', '60s:1'],
  ])('of %s a minute after 1970 is called %s, by its seconds and its number', (text, name) => {
    const window = windowAt(text, '1970-01-01T00:01:00Z')

    expect(window.name).toBe(name)
  })

  test('of a rate begins where the one before ends, whatever its length: no instant is in two or in none', () => {
    const span = fc.tuple(fc.integer({ min: 1, max: 3_600 }), fc.constantFrom('s'))
    fc.assert(
      fc.property(span, fc.integer({ min: 0, max: 4_000_000_000_000 }), ([length, unit], nowMs) => {
        const limit = parseLimit(`1/${length}${unit}`)
        if (limit === null) return false
        const { name, endsAtMs } = windowOf(limit, nowMs)
        if (endsAtMs === null) return false
        const isInside = nowMs < endsAtMs && endsAtMs - nowMs <= length * 1_000
        return (
          isInside && windowOf(limit, endsAtMs - 1).name === name && windowOf(limit, endsAtMs).name !== name
        )
      }),
      { numRuns: 10_000 },
    )
  })
})
