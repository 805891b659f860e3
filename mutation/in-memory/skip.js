import { getCurrentTest } from 'vitest/suite'

/** Leaves the test that runs out: it asks for more than there is in memory. */
export function skip() {
  const test = getCurrentTest()
  if (test === undefined)
    throw new Error('This file asks for a database before its tests: run it on PostgreSQL.')
  test.context.skip()
}
