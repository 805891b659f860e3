import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { ReadStream } from 'node:tty'
import { CliFailure, usageFailure } from '../failure.js'
import type { Shell } from '../shell.js'

const LONGEST_INPUT = 1_024
const PIPE_LIMIT_MS = 60_000
const PERSON_LIMIT_MS = 120_000

/** One line from standard input. From a terminal it is asked for, and not shown while it is typed. */
export async function readSecretInput(shell: Shell): Promise<string> {
  const text = shell.stdin.isTTY ? await ask(shell) : await readPipe(shell.stdin)
  const secret = text.trim()
  if (secret === '') throw usageFailure('Standard input is empty: pipe the secret to this command.')
  return secret
}

async function readPipe(stdin: ReadStream): Promise<string> {
  const timer = setTimeout(() => stdin.destroy(tooLate()), PIPE_LIMIT_MS)
  let read = ''
  try {
    for await (const chunk of stdin.setEncoding('utf8')) {
      read += chunk
      if (read.length > LONGEST_INPUT) throw usageFailure('Standard input holds more than a secret.')
    }
  } finally {
    clearTimeout(timer)
  }
  return read
}

async function ask(shell: Shell): Promise<string> {
  const interrupted = new AbortController()
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: shell.stdin, output: silence, terminal: true, historySize: 0 })
  for (const ending of ['SIGINT', 'close'] as const) terminal.once(ending, () => interrupted.abort())
  await shell.note('Secret (not shown while you type or paste it):')
  try {
    const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(PERSON_LIMIT_MS)])
    return await terminal.question('', { signal })
  } catch {
    throw interrupted.signal.aborted
      ? new CliFailure('interrupted', 'interrupted', 'Interrupted.')
      : tooLate()
  } finally {
    terminal.close()
  }
}

function tooLate(): CliFailure {
  return usageFailure('Nothing arrived on standard input in time.')
}
