import { LRUCache } from 'lru-cache'

/** What is remembered of each kind, in characters, the least recently used going first. */
const MAX_SHARED = 16_000_000
/**
 * What a value counts for beside its characters, so that no more than 10,000 are kept. A limit of their number would take
 * the room for all of them at once.
 */
const SIZE_OF_ONE = 1_600

/**
 * Hands out one copy of what many keys have in common, such as their tenant: it is most of the size of a key that is
 * kept. Told apart by content, so that a changed row is never taken for an older one; `make` freezes what it shares.
 */
export function createSharing<In extends object, Out extends object>(
  make: (value: In) => Out,
): (value: In) => Out {
  const shared = new LRUCache<string, Out>({
    maxSize: MAX_SHARED,
    sizeCalculation: (_, content) => content.length + SIZE_OF_ONE,
  })
  return (value) => {
    const content = JSON.stringify(value, withBigInts)
    const known = shared.get(content)
    if (known !== undefined) return known
    const made = make(value)
    shared.set(content, made)
    return made
  }
}

function withBigInts(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}
