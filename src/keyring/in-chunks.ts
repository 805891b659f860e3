const CHUNK = 1_000

/**
 * Changes many keys, some a transaction: all at once would hold the epoch's row, for which the revocations of all
 * tenants wait. The last finds fewer than it may take. Answers how many there were.
 */
export async function inChunks(
  changeSome: (limit: number, isFirst: boolean) => Promise<number>,
): Promise<number> {
  let changed = 0
  for (let isFirst = true; ; isFirst = false) {
    const some = await changeSome(CHUNK, isFirst)
    changed += some
    if (some < CHUNK) return changed
  }
}
