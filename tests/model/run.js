// Runs the model of the cache protocol with spin: as it is, which must hold, and with each of its necessary parts
// taken away, which must break. Needs Debian's spin and gcc.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const model = fileURLToPath(new URL('lease.pml', import.meta.url))
const RUN_LIMIT_MS = 5 * 60_000

const parts = {
  GEN: 'the count of forgettings',
  SENT: 'the lease that counts from sending',
  EPOCH: 'the epoch in the heartbeat',
  LEASE: 'the lease',
}

/** The number of violations that an exhaustive search finds, and of states that it has seen. */
function search(switches) {
  const folder = mkdtempSync(join(tmpdir(), 'api-keys-model-'))
  const run = (command, args) =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', timeout: RUN_LIMIT_MS, stdio: 'pipe' })
  try {
    run('spin', ['-a', ...switches, model])
    run('gcc', ['-O2', '-DSAFETY', '-o', 'pan', 'pan.c'])
    const printed = run('./pan', ['-m1000000', '-w24'])
    if (/max search depth too small|out of memory/.test(printed))
      throw new Error('the search was not exhaustive')
    return {
      errors: Number(/errors: (\d+)/.exec(printed)?.[1]),
      states: Number(/([\d.e+]+) states, stored/.exec(printed)?.[1]),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

let passed = 0
let failed = 0
function say(isRight, sentence) {
  if (isRight) passed += 1
  else failed += 1
  console.log(`${isRight ? 'passed' : 'FAILED'}: ${sentence}`)
}

const whole = search([])
say(whole.errors === 0, `the protocol keeps its promise in all of ${whole.states} states`)
for (const [name, part] of Object.entries(parts)) {
  const { errors } = search([`-D${name}=0`])
  say(errors > 0, `without ${part} it does not`)
}
console.log(`model: ${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
