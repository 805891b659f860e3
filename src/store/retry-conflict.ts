import { setTimeout as sleep } from 'node:timers/promises'

const TRIES = 4
const LONGEST_PAUSE_MS = 20

/**
 * Tries a change again when the database ended it in favour of another: all changes meet at the epoch's row, so a
 * transaction of the host's that changes several keys can deadlock with ours, and the loser has done nothing. Not once
 * the time is over: nobody waits any more for what is done then.
 */
export async function retryConflict<T>(change: () => PromiseLike<T>, queryTimeoutMs: number): Promise<T> {
  const endMs = performance.now() + queryTimeoutMs
  for (let tried = 1; ; tried += 1) {
    try {
      return await change()
    } catch (error) {
      if (tried === TRIES || performance.now() >= endMs || !isConflict(error)) throw error
      await sleep(Math.random() * LONGEST_PAUSE_MS)
    }
  }
}

/** P2034 is Prisma's word for both a deadlock (40P01) and a serialisation failure (40001). */
function isConflict(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === 'P2034') || /\b40P01\b|\b40001\b/.test(error.message)
}
