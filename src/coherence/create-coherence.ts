import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../clock.js'
import { type ClientEpochSource, EpochUnavailable, type ListenForEpoch } from '../epoch.js'
import type { FeedState, Observer } from '../events.js'
import type { KeyRecord } from '../key/verdict.js'
import type { LoadMany } from './batched-load.js'
import { createChangeFeed } from './change-feed.js'
import { createHeartbeat } from './heartbeat.js'
import { createKeyCache } from './key-cache.js'
import { createLease } from './lease.js'

/** Where there is no epoch to read, a deployment has to change first. */
const UNAVAILABLE_RETRY_MS = 30_000

export interface CacheSettings {
  readonly maxKeys: number
  readonly leaseMs: number
  readonly heartbeatMs: number
  readonly heartbeatTimeoutMs: number
}

export interface CoherenceOptions {
  readonly loadMany: LoadMany
  readonly client: ClientEpochSource
  readonly listen: ListenForEpoch | null
  readonly clock: Clock
  readonly observe: Observer
  readonly cache: CacheSettings
  readonly budgetMs: number
}

/** A record, `null` where there is none, and the time to judge it at: the database's, as far as it is known. */
export interface Found {
  readonly record: KeyRecord | null
  readonly nowMs: number
}

/** Answers that were kept, and the knowledge of when they may be served. */
export interface Coherence {
  readonly find: (keyHash: string) => Found | Promise<Found>
  readonly health: () => CoherenceHealth
  /** Begins to listen and to renew the lease; repeating it changes nothing. */
  readonly start: () => void
  /** Lets loads under way finish. */
  readonly close: () => Promise<void>
}

export interface CoherenceHealth extends FeedState {
  readonly lease: 'fresh' | 'lost' | 'off'
  readonly cachedKeys: number
  readonly epoch: string | null
}

export function createCoherence(options: CoherenceOptions): Coherence {
  const { loadMany, client, listen, clock, observe, budgetMs } = options
  const { maxKeys, leaseMs, heartbeatMs, heartbeatTimeoutMs } = options.cache
  // What goes on for the life of the process must not do so as the request that came first.
  const outsideOfRequests = AsyncLocalStorage.snapshot()
  let started = false
  let leaseState: 'not yet' | 'held' | 'lost' = 'not yet'
  let transport: FeedState = { feed: 'poll', why: 'the connection for announcements is not made yet' }
  let unavailable: FeedState | null = { feed: 'none', why: 'no heartbeat has been answered yet' }
  let announced: FeedState | undefined

  const lease = createLease(leaseMs, clock, (keyHashes, why) => {
    cache.forget(keyHashes)
    observe({ type: 'cache_flushed', keys: keyHashes === 'all' ? 'all' : keyHashes.length, why })
  })
  const cache = createKeyCache({ loadMany, lease, clock, maxKeys, budgetMs })
  const changes = createChangeFeed({
    client,
    listen,
    lease,
    hasten: () => heartbeat.hasten(),
    onFeed(state) {
      transport = state
      announceFeed()
    },
  })
  const heartbeat = createHeartbeat({
    lease,
    timeoutMs: heartbeatTimeoutMs,
    readEpoch: changes.readEpoch,
    onBeat(error) {
      if (error === undefined) unavailable = null
      else changes.suspect()
      if (error instanceof EpochUnavailable) {
        unavailable = { feed: 'none', why: error.message, mend: error.mend }
      }
      announceFeed()
      announceLease(error)
      return error instanceof EpochUnavailable ? UNAVAILABLE_RETRY_MS : heartbeatMs
    },
  })

  function feedState(): FeedState {
    return unavailable ?? transport
  }

  function announceFeed(): void {
    const state = feedState()
    if (state.feed === announced?.feed && state.why === announced.why) return
    announced = state
    observe({ type: 'feed_changed', ...state })
  }

  function announceLease(cause: unknown): void {
    if (lease.isFresh()) {
      if (leaseState === 'lost') observe({ type: 'lease_regained' })
      leaseState = 'held'
    } else if (leaseState === 'held') {
      leaseState = 'lost'
      observe({ type: 'lease_lost', cause })
    }
  }

  return {
    find(keyHash) {
      const freshMs = lease.freshMs()
      const record = cache.find(keyHash, freshMs !== null)
      if (record instanceof Promise)
        return record.then((loaded) => ({ record: loaded, nowMs: lease.nowMs() }))
      return { record, nowMs: freshMs ?? clock.wallMs() }
    },
    health: () => ({
      lease: lease.isFresh() ? 'fresh' : 'lost',
      ...feedState(),
      cachedKeys: cache.size(),
      epoch: lease.position()?.epoch.toString() ?? null,
    }),
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
