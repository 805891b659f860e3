// Runs the model of the cache protocol with spin: as it is built, which must hold, and with each of its necessary
// parts taken away, which must break. Needs Debian's spin and gcc.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const model = fileURLToPath(new URL('lease.pml', import.meta.url))
const RUN_LIMIT_MS = 60_000

const withoutParts = {
  'GEN=0': 'without a count of forgettings',
  'GEN=2': 'with a flag in place of the count of forgettings',
  'SENT=0': 'with a lease that counts from the reply',
  'EPOCH=0': 'without the epoch in the heartbeat',
  'CHAIN=0': 'without the stamp before in an announcement',
  'LEASE=0': 'without the lease',
  'MARGIN=0': 'without the margin at the end of the lease',
}

/** The number of violations that an exhaustive search finds, and of the states that it has seen. */
function search(...switches) {
  const folder = mkdtempSync(join(tmpdir(), 'api-keys-model-'))
  const run = (command, args) =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', timeout: RUN_LIMIT_MS, stdio: 'pipe' })
  try {
    run('spin', ['-a', ...switches, model])
    run('gcc', ['-O2', '-DSAFETY', '-o', 'pan', 'pan.c'])
    const printed = run('./pan', ['-m100000'])
    if (/search depth too small|out of memory|Search not completed\s+\(/.test(printed)) {
      throw new Error('the search was not exhaustive')
    }
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

/** One claim, one sentence. What cannot be searched has not been shown. */
function claim(sentence, isRight) {
  let outcome = 'FAILED'
  let detail = ''
  try {
    const found = isRight()
    if (found.isRight) outcome = 'passed'
    detail = `${found.states} states`
  } catch (error) {
    detail = error.message
  }
  if (outcome === 'passed') passed += 1
  else failed += 1
  console.log(`${outcome}: ${sentence} (${detail})`)
}

claim('the protocol keeps its promise', () => {
  const { errors, states } = search()
  return { isRight: errors === 0 && states > 100_000, states }
})
for (const [part, words] of Object.entries(withoutParts)) {
  claim(`${words} it does not`, () => {
    const { errors, states } = search(`-D${part}`)
    return { isRight: errors > 0, states }
  })
}
console.log(`model: ${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
