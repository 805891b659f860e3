import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { gracePeriod } from '../../src/key/rotation.js'

const NOW_MS = Date.UTC(2026, 10, 23, 12)
const spans = fc.integer({ min: 0, max: 10_000 })

describe('the grace of a key that was rotated', () => {
  test('ends it when it would have ended at the latest, and never beyond the grace or the deadline', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constant(null), spans),
        spans,
        spans,
        fc.constantFrom('now' as const, 'first-use' as const),
        (leftMs, graceMs, deadlineMs, graceFrom) => {
          const own = leftMs === null ? null : new Date(NOW_MS + leftMs)

          const { expiresAt } = gracePeriod(own, { graceMs, graceFrom, deadlineMs }, NOW_MS)

          const limitMs = graceFrom === 'now' ? graceMs : deadlineMs
          expect(expiresAt.getTime() - NOW_MS).toBe(leftMs === null ? limitMs : Math.min(leftMs, limitMs))
        },
      ),
      { numRuns: 10_000 },
    )
  })

  test('waits for the first use of the successor only when it was asked to', () => {
    const grace = { graceMs: 5, deadlineMs: 100 }

    const fromNow = gracePeriod(null, { ...grace, graceFrom: 'now' }, NOW_MS)
    const fromUse = gracePeriod(null, { ...grace, graceFrom: 'first-use' }, NOW_MS)

    expect(fromNow).toEqual({ expiresAt: new Date(NOW_MS + 5), graceAfterUseMs: null })
    expect(fromUse).toEqual({ expiresAt: new Date(NOW_MS + 100), graceAfterUseMs: 5 })
  })
})
