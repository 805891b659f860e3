import { LRUCache } from 'lru-cache'

/** What is remembered of each kind, the least recently used going first: so many values, so many characters. */
const MAX_SHARED = 10_000
const MAX_CHARACTERS = 16_000_000

/**
 * Hands out one copy of what many keys have in common, such as their tenant: it is most of the size of a key that is
 * kept. Told apart by content, so that a changed row is never taken for an older one; `make` freezes what it shares.
 */
export function createSharing<In extends object, Out extends object>(
  make: (value: In) => Out,
): (value: In) => Out {
  const shared = new LRUCache<string, Out>({
    max: MAX_SHARED,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_, content) => content.length,
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
