import type { Clock } from '../clock.js'
import { createBatchedLoad, type LoadMany } from './batched-load.js'
import type { Coherence } from './create-coherence.js'

interface UncachedOptions {
  readonly loadMany: LoadMany
  readonly clock: Clock
  readonly budgetMs: number
}

/** Asks the database at every request: only those that come before a query is sent share it. */
export function createUncached({ loadMany, clock, budgetMs }: UncachedOptions): Coherence {
  let queries = 0
  let changes = 0

  const { load, settled } = createBatchedLoad({
    budgetMs,
    clock,
    generation: () => queries + changes,
    loadMany: (keyHashes) => {
      queries += 1
      return loadMany(keyHashes)
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
    ask: () => loadMany([]),
    start: () => {},
    close: async () => {
      await settled()
    },
  }
}
