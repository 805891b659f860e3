import { NeedsMending } from '../epoch.js'
import type { Observer } from '../events.js'
import type { FeedState } from '../feed.js'
import { withoutHashes } from '../without-hashes.js'
import type { Lease } from './lease.js'

/** What stands between a keyring and keeping answers, and the telling of it when it changes. */
export interface Standing {
  readonly feed: () => FeedState
  /** How announcements arrive. */
  readonly onFeed: (state: FeedState) => void
  /** After a load, with the reason why nothing of it may be kept. */
  readonly onLoaded: (unfit: NeedsMending | null) => void
  /** After a heartbeat, with the error of one that failed. */
  readonly onBeat: (error: unknown) => void
}

export function createStanding(lease: Lease, observe: Observer): Standing {
  let transport: FeedState = { feed: 'poll', why: 'the connection for announcements is not made yet' }
  let unavailable: FeedState | null = { feed: 'none', why: 'no heartbeat has been answered yet' }
  let unfit: FeedState | null = null
  let told: FeedState | undefined
  let leaseState: 'not yet' | 'held' | 'lost' = 'not yet'

  const feed = () => unfit ?? unavailable ?? transport

  function tellFeed(): void {
    const state = feed()
    if (state.feed === told?.feed && state.why === told.why && state.mend === told.mend) return
    told = state
    observe({ type: 'feed_changed', ...state })
  }

  function tellLease(cause: unknown): void {
    if (lease.isFresh()) {
      if (leaseState === 'lost') observe({ type: 'lease_regained' })
      leaseState = 'held'
    } else if (leaseState === 'held') {
      leaseState = 'lost'
      observe({ type: 'lease_lost', cause: withoutHashes(cause) })
    }
  }

  return {
    feed,
    onFeed(state) {
      transport = state
      tellFeed()
    },
    onLoaded(reason) {
      const before = unfit
      unfit = reason === null ? null : nothingKept(reason)
      if (unfit !== before) tellFeed()
    },
    onBeat(error) {
      if (error === undefined) unavailable = null
      if (error instanceof NeedsMending) unavailable = nothingKept(error)
      tellFeed()
      tellLease(error)
    },
  }
}

function nothingKept({ message, mend }: NeedsMending): FeedState {
  return { feed: 'none', why: message, mend }
}
