import type { Clock } from '../clock.js'
import type { NeedsMending } from '../epoch.js'
import { askForNothing, lastingTrouble } from './ask.js'
import { createBatchedLoad, type Loaded, type LoadMany } from './batched-load.js'
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
  let trouble: NeedsMending | null = null

  async function loadAndNote(keyHashes: readonly string[]): Promise<Loaded> {
    try {
      const loaded = await loadMany(keyHashes)
      trouble = null
      return loaded
    } catch (error) {
      trouble = lastingTrouble(error)
      throw error
    }
  }

  const { load, settled } = createBatchedLoad({
    budgetMs,
    clock,
    generation: () => queries + changes,
    loadMany: (keyHashes) => {
      queries += 1
      return loadAndNote(keyHashes)
    },
    onLoaded: () => {},
  })
  return {
    find: load,
    // A load under way may have read what was changed since.
    forget: () => {
      changes += 1
    },
    health: () => ({
      lease: 'off',
      feed: 'off',
      ...(trouble === null ? { why: 'cache: false' } : { why: trouble.message, mend: trouble.mend }),
      cachedKeys: 0,
      epoch: null,
    }),
    ask: () => askForNothing(loadAndNote),
    start: () => {},
    close: async () => {
      await settled()
    },
  }
}
