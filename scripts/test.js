// The suite: runs Jest, then searches all it printed and every row it left for secrets.
// DATABASE_URL names a real server to run on; without it each test file gets an embedded PostgreSQL.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runFolder } from '../tests/support/run-folder.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = runFolder()

async function runJest(args) {
  const jest = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      ...args,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let printed = ''
  for (const [stream, own] of [
    [jest.stdout, process.stdout],
    [jest.stderr, process.stderr],
  ]) {
    stream.on('data', (text) => {
      printed += text
      own.write(text)
    })
  }
  const [status] = await once(jest, 'close')
  return { status, printed }
}

const readOf = (name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '')

/** The random part alone: a secret must not be found without its prefix either. */
function leaks(printed) {
  const secrets = readOf('secrets').trim().split('\n').filter(Boolean)
  const places = { 'what the suite printed': printed, 'the rows it left': readOf('dump') }
  const found = Object.entries(places).filter(([, text]) =>
    secrets.some((secret) => text.includes(secret.slice(secret.lastIndexOf('_') + 1))),
  )
  return { searched: secrets.length, found: found.map(([place]) => place) }
}

const { status, printed } = await runJest(process.argv.slice(2))
const { searched, found } = leaks(printed)
rmSync(folder, { recursive: true, force: true })
if (found.length > 0) {
  console.error(`A secret was found in ${found.join(' and in ')}.`)
  process.exit(1)
}
console.log(`None of the ${searched} secrets issued stands in what was printed, nor in any row.`)
process.exit(status)
