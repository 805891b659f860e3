import { createInterface } from 'node:readline/promises'
import type { Shell } from './shell.js'

/** Whether a person can answer. */
export function isInteractive({ stdin }: Shell): boolean {
  return stdin.isTTY === true && process.stderr.isTTY === true
}

/** Asks on standard error, so that standard output holds results alone. An interrupt ends the program. */
export async function question({ stdin }: Shell, text: string): Promise<string> {
  const asking = createInterface({ input: stdin, output: process.stderr })
  asking.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return await asking.question(text)
  } finally {
    asking.close()
  }
}
