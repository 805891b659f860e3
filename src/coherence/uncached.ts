import type { Clock } from '../clock.js'
import type { LoadKeys } from '../key/loaded-keys.js'
import { createBatchedLoad } from './batched-load.js'
import type { Coherence } from './create-coherence.js'

interface UncachedOptions {
  readonly loadKeys: LoadKeys
  readonly clock: Clock
  readonly queryTimeoutMs: number
}

/** Asks the database at every request: only those that come before a query is sent share it. */
export function createUncached({ loadKeys, clock, queryTimeoutMs }: UncachedOptions): Coherence {
  let queries = 0
  let changes = 0

  const { load, settled } = createBatchedLoad({
    queryTimeoutMs,
    clock,
    generation: () => queries + changes,
    loadKeys: (keyHashes) => {
      queries += 1
      return loadKeys(keyHashes)
    },
    onLoaded: () => {},
  })
  return {
    find: load,
    findKept: () => null,
    // A load under way may have read what was changed since.
    forget: () => {
      changes += 1
    },
    health: () => ({
      lease: 'off',
      feed: 'off',
      why: 'cache: false',
      cachedKeys: 0,
      epoch: null,
    }),
    ask: () => loadKeys([]),
    start: () => {},
    close: async () => {
      await settled()
    },
  }
}
