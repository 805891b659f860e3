// Prints "passed failed skipped" of a run, from the JSON that Jest writes. Usage: node .ci/totals.js FILE
import { readFileSync } from 'node:fs'

const run = JSON.parse(readFileSync(process.argv[2], 'utf8'))
// A test file that could not run at all has no tests to count.
const failed = run.numFailedTests + run.numRuntimeErrorTestSuites
const skipped = run.numPendingTests + run.numTodoTests
process.stdout.write(`${run.numPassedTests} ${failed} ${skipped}\n`)
