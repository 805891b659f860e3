import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../clock.js'
import { type ClientEpochSource, type ListenForEpoch, NeedsMending } from '../epoch.js'
import type { Observer } from '../events.js'
import type { Feed, FeedState } from '../feed.js'
import type { LoadedKeys, LoadKeys } from '../key/loaded-keys.js'
import type { Found } from './batched-load.js'
import { createChangeFeed } from './change-feed.js'
import { createHeartbeat } from './heartbeat.js'
import { createKeyCache } from './key-cache.js'
import { lastingTrouble } from './lasting-trouble.js'
import { createLease } from './lease.js'
import { createStanding } from './standing.js'

/** Where there is no epoch to read, a deployment has to change first. */
const UNAVAILABLE_RETRY_MS = 30_000

export interface CacheSettings {
  readonly maxKeys: number
  readonly leaseMs: number
  readonly heartbeatMs: number
  readonly heartbeatTimeoutMs: number
}

export interface CoherenceOptions {
  readonly loadKeys: LoadKeys
  readonly client: ClientEpochSource
  readonly listen: ListenForEpoch | null
  readonly clock: Clock
  readonly observe: Observer
  readonly cache: CacheSettings
  readonly queryTimeoutMs: number
}

/** Answers that were kept, and the knowledge of when they may be served. */
export interface Coherence {
  readonly find: (keyHash: string) => Found | Promise<Found>
  /** What `find` would answer at once; else `null`. */
  readonly findKept: (keyHash: string) => Found | null
  /** What this process has changed itself, it obeys at once. */
  readonly forget: (keyHashes: readonly string[]) => void
  readonly health: () => CoherenceHealth
  /** Asks for no key at all, in the way in which keys are asked for: what would fail them rejects this. */
  readonly ask: () => Promise<unknown>
  /** Begins to listen and to renew the lease; repeating it changes nothing. */
  readonly start: () => void
  /** Lets loads under way finish. */
  readonly close: () => Promise<void>
}

export interface CoherenceHealth extends Omit<FeedState, 'feed'> {
  readonly feed: Feed
  readonly lease: 'fresh' | 'lost' | 'off'
  readonly cachedKeys: number
  readonly epoch: string | null
}

export function createCoherence(options: CoherenceOptions): Coherence {
  const { loadKeys, client, listen, clock, observe, queryTimeoutMs } = options
  const { maxKeys, leaseMs, heartbeatMs, heartbeatTimeoutMs } = options.cache
  // What goes on for the life of the process must not do so as the request that came first.
  const outsideOfRequests = AsyncLocalStorage.snapshot()
  let started = false

  const lease = createLease(leaseMs, clock, (keyHashes, why) => {
    cache.forget(keyHashes)
    observe({ type: 'cache_flushed', keys: keyHashes === 'all' ? 'all' : keyHashes.length, why })
  })
  const standing = createStanding(lease, observe)
  const cache = createKeyCache({ lease, clock, maxKeys, queryTimeoutMs, loadKeys: loadAndTell })

  let loadsFail = false
  async function loadAndTell(keyHashes: readonly string[]): Promise<LoadedKeys> {
    try {
      const loaded = await loadKeys(keyHashes)
      // An answer without a row proves nothing of the table that rows come from.
      if (loadsFail || loaded.records.size > 0) standing.onLoaded(loaded.unfit)
      loadsFail = false
      return loaded
    } catch (error) {
      const trouble = lastingTrouble(error)
      if (trouble !== null) {
        loadsFail = true
        standing.onLoaded(trouble)
      }
      throw error
    }
  }

  const changes = createChangeFeed({
    client,
    listen,
    lease,
    hasten: () => heartbeat.hasten(),
    onFeed: standing.onFeed,
  })
  const heartbeat = createHeartbeat({
    lease,
    timeoutMs: heartbeatTimeoutMs,
    readEpoch: changes.readEpoch,
    onBeat(error) {
      if (error !== undefined) changes.suspect()
      standing.onBeat(error)
      if (!(error instanceof NeedsMending)) return heartbeatMs
      // What changed meanwhile moved no epoch: when it can be read again, it may be the same.
      lease.doubt('missed_change')
      return UNAVAILABLE_RETRY_MS
    },
  })

  return {
    find(keyHash) {
      const freshMs = lease.freshMs()
      const kept = cache.find(keyHash, freshMs !== null)
      if (kept instanceof Promise) return kept
      return { record: kept, nowMs: freshMs ?? clock.wallMs() }
    },
    findKept(keyHash) {
      const freshMs = lease.freshMs()
      const record = cache.kept(keyHash, freshMs !== null)
      return record === undefined ? null : { record, nowMs: freshMs ?? clock.wallMs() }
    },
    forget: lease.forget,
    health: () => ({
      lease: lease.isFresh() ? 'fresh' : 'lost',
      ...standing.feed(),
      cachedKeys: cache.size(),
      epoch: lease.position()?.epoch.toString() ?? null,
    }),
    ask: () => loadAndTell([]),
    start() {
      if (started) return
      started = true
      outsideOfRequests(() => {
        heartbeat.start()
        changes.start()
      })
    },
    async close() {
      heartbeat.stop()
      changes.stop()
      await cache.settled()
      cache.forget('all')
    },
  }
}
