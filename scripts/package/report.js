import { writeFileSync } from 'node:fs'

/** Says and counts what holds. A check that fails stops none of those after it. */
export function createReport() {
  const totals = { passed: 0, failed: 0 }
  return {
    totals,
    async check(sentence, prove) {
      try {
        await prove()
        totals.passed += 1
        console.log(`passed: ${sentence}`)
      } catch (error) {
        totals.failed += 1
        console.log(`failed: ${sentence}\n${error.message}\n${error.stdout ?? ''}`)
      }
    },
    /** For what is good to know and has no bound. */
    tell(fact) {
      console.log(`info: ${fact}`)
    },
  }
}

/** In the shape of Jest's, so that one reader sums both. */
export function writeTotals(file, { passed: numPassedTests, failed: numFailedTests }) {
  const none = { numRuntimeErrorTestSuites: 0, numPendingTests: 0, numTodoTests: 0 }
  writeFileSync(file, JSON.stringify({ numPassedTests, numFailedTests, ...none }))
}
