import type { ReadStream, WriteStream } from 'node:tty'
import { exitCodes } from './exit-code.js'
import { type Paint, paintFor } from './show/colour.js'

/** Whoever read standard output has read enough, as `head` does. No failure. */
export class ReaderGone extends Error {}

/** What surrounds the process: the only way to it for every verb. */
export interface Shell {
  readonly env: NodeJS.ProcessEnv
  readonly stdin: ReadStream
  /** Colours for standard output. */
  readonly paint: Paint
  /** Colours for standard error. */
  readonly notePaint: Paint
  nowMs(): number
  /** A line of the result, on standard output. Throws `ReaderGone`. */
  print(line: string): Promise<void>
  /** A line beside the result, on standard error. */
  note(line: string): Promise<void>
  /** Runs when the process is interrupted; hands back how to forget it. */
  onInterrupt(cleanUp: () => void): () => void
}

const SIGNALS = { SIGINT: exitCodes.interrupted.code, SIGTERM: 143 } as const

export function openShell({ env, stdin, stdout, stderr }: NodeJS.Process): Shell {
  const cleanUps = new Set<() => void>()
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      for (const cleanUp of cleanUps) cleanUp()
      process.exit(code)
    })
  }
  const write = writerOf(stdout)
  const writeNote = writerOf(stderr)

  return {
    env,
    stdin,
    paint: paintFor(stdout.isTTY === true, env),
    notePaint: paintFor(stderr.isTTY === true, env),
    nowMs: () => Date.now(),
    print: (line) => write(`${line}\n`),
    note: (line) => writeNote(`${line}\n`).catch(() => {}),
    onInterrupt(cleanUp) {
      cleanUps.add(cleanUp)
      return () => cleanUps.delete(cleanUp)
    },
  }
}

/** Waits until the text has left the process, so that ending it cuts nothing off. */
function writerOf(stream: WriteStream): (text: string) => Promise<void> {
  // The error of each write is dealt with there.
  stream.on('error', () => {})
  return (text) =>
    new Promise((resolve, reject) => {
      stream.write(text, (error) => {
        if (error === null || error === undefined) resolve()
        else reject('code' in error && error.code === 'EPIPE' ? new ReaderGone() : error)
      })
    })
}
