import type { Trail } from '../store/event-rows.js'
import type { KeyTransaction } from '../store/key-transaction.js'

/**
 * Revokes all that is found, and looks again until nothing is. A rotation needs the lock of the key that it rotates:
 * one under way has either made its successor when that lock is ours, and the next look finds it, or it finds its key
 * revoked. Some keys at a time, so that each statement stays within its limit however many there are.
 */
export async function revokeFound(
  keys: KeyTransaction,
  find: () => Promise<readonly string[]>,
  { reason, ...trail }: Trail & { readonly reason: string | null },
): Promise<number> {
  for (let revoked = 0; ; ) {
    const ids = await find()
    if (ids.length === 0) return revoked
    for (const chunk of chunksOf(ids)) revoked += (await keys.revoke(trail, chunk, reason)).length
  }
}

const CHUNK = 1_000

export function* chunksOf(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += CHUNK) yield ids.slice(at, at + CHUNK)
}
