import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import type { LoadKeys } from '../key/loaded-keys.js'
import type { KeyRecord } from '../key/verdict.js'
import { createBatchedLoad, type Found } from './batched-load.js'
import type { Lease } from './lease.js'

/** How long an unknown hash is taken for unknown: a key issued elsewhere passes at most this much later. */
const ABSENT_MS = 1_000
const MAX_ABSENT = 10_000

export interface KeyCacheOptions {
  readonly loadKeys: LoadKeys
  readonly lease: Lease
  readonly clock: Clock
  readonly maxKeys: number
  readonly queryTimeoutMs: number
}

export interface KeyCache {
  /**
   * At once when the answer is kept and may be served, which only a fresh lease allows, else from the database. `null`:
   * there is no such key.
   */
  readonly find: (keyHash: string, isFresh: boolean) => KeyRecord | null | Promise<Found>
  /** As `find`, without the database: `undefined` when no answer is kept that may be served. */
  readonly kept: (keyHash: string, isFresh: boolean) => KeyRecord | null | undefined
  readonly forget: (keyHashes: readonly string[] | 'all') => void
  readonly size: () => number
  /** Resolves when no load is under way. */
  readonly settled: () => Promise<unknown>
}

export function createKeyCache({
  loadKeys,
  lease,
  clock,
  maxKeys,
  queryTimeoutMs,
}: KeyCacheOptions): KeyCache {
  const present = new LRUCache<string, KeyRecord>({ max: maxKeys })
  // Apart, so that no flood of unknown keys can push out a good one.
  const absent = new LRUCache<string, number>({ max: MAX_ABSENT })

  const { load, settled } = createBatchedLoad({
    loadKeys,
    queryTimeoutMs,
    clock,
    generation: lease.generation,
    onLoaded(keyHash, record, asked) {
      // Read before something was forgotten: it may be what had to be.
      if (asked.generation !== lease.generation()) return
      if (record === null) absent.set(keyHash, asked.at.monotonicMs)
      else if (lease.isFresh()) present.set(keyHash, record)
    },
  })

  function kept(keyHash: string, isFresh: boolean): KeyRecord | null | undefined {
    if (isFresh) {
      const record = present.get(keyHash)
      if (record !== undefined) return record
    }
    const absentSince = absent.get(keyHash)
    if (absentSince !== undefined && clock.monotonicMs() - absentSince < ABSENT_MS) return null
    return undefined
  }

  return {
    find(keyHash, isFresh) {
      const known = kept(keyHash, isFresh)
      return known === undefined ? load(keyHash) : known
    },
    kept,
    forget(keyHashes) {
      if (keyHashes === 'all') {
        present.clear()
        absent.clear()
        return
      }
      for (const keyHash of keyHashes) present.delete(keyHash)
    },
    size: () => present.size,
    settled,
  }
}
