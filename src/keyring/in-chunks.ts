const CHUNK = 1_000

export interface Chunk {
  readonly found: number
  /** Fewer than were found where somebody else has changed some of them meanwhile. */
  readonly changed: number
}

/**
 * Changes many keys, some a transaction: all at once would hold the epoch's row, for which the revocations of all
 * tenants wait. The last finds fewer than it may take. Answers how many were changed.
 */
export async function inChunks(
  changeSome: (limit: number, isFirst: boolean) => Promise<Chunk>,
): Promise<number> {
  let all = 0
  for (let isFirst = true; ; isFirst = false) {
    const { found, changed } = await changeSome(CHUNK, isFirst)
    all += changed
    if (found < CHUNK) return all
  }
}
