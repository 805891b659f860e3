import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { plans } from './interleaved-plan.js'
import { liveThrough, type Outcome, type Parts, realParts } from './interleaved-world.js'
import { sabotages } from './sabotages.js'

const RUNS = 10_000

/** Lives through random plans in random orders; a failure tells the seed that repeats it. */
function interleavings(parts: Parts, note: (outcome: Outcome) => void = () => {}) {
  return fc.asyncProperty(fc.scheduler(), plans, async (scheduler, plan) => {
    const outcome = await liveThrough(plan, scheduler, parts)
    note(outcome)
    expect(outcome.wrong).toEqual([])
  })
}

test(`in ${RUNS} random interleavings no change is obeyed late, and every living key passes in the end`, async () => {
  const served = { kept: 0, changed: 0 }

  const everything = interleavings(realParts, ({ servedKept, servedChanged }) => {
    served.kept += servedKept
    served.changed += servedChanged
  })
  await fc.assert(everything, { numRuns: RUNS })

  // Else the cache would be right because it did nothing.
  expect(served.kept).toBeGreaterThan(RUNS)
  expect(served.changed).toBeGreaterThan(RUNS / 10)
}, 120_000)

describe('the same interleavings find', () => {
  test.each(Object.entries(sabotages))(
    '%s',
    async (_, parts) => {
      const { failed } = await fc.check(interleavings(parts), { numRuns: RUNS, endOnFailure: true })

      expect(failed).toBe(true)
    },
    120_000,
  )
})
