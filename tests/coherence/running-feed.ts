import { afterEach } from '@jest/globals'
import { type ChangeFeed, createChangeFeed } from '../../src/coherence/change-feed.js'
import type { ClientEpochSource, ListenForEpoch } from '../../src/epoch.js'
import type { FeedState } from '../../src/feed.js'
import { leaseAt } from './observed-lease.js'
import { reading } from './positions.js'

const started: ChangeFeed[] = []
afterEach(() => {
  for (const feed of started.splice(0)) feed.stop()
})

interface Ports {
  readonly client: ClientEpochSource
  readonly listen: ListenForEpoch | null
}

/** A feed that has begun and ends with the test, over a lease that knows step 1. */
export function startFeed({ client, listen }: Ports) {
  const observed = leaseAt(reading(1))
  const states: FeedState[] = []
  const wishes = { heartbeats: 0 }
  const feed = createChangeFeed({
    client,
    listen,
    lease: observed.lease,
    onFeed: (state) => states.push(state),
    hasten: () => {
      wishes.heartbeats += 1
    },
  })
  started.push(feed)
  feed.start()
  return { ...observed, feed, states, wishes, isFed: (by: FeedState['feed']) => states.at(-1)?.feed === by }
}
