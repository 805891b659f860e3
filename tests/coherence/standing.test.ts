import { describe, expect, test } from '@jest/globals'
import type { Lease } from '../../src/coherence/lease.js'
import { createStanding } from '../../src/coherence/standing.js'
import { NeedsMending } from '../../src/epoch.js'
import type { ApiKeyEvent } from '../../src/events.js'
import type { FeedState } from '../../src/feed.js'

const notified: FeedState = { feed: 'notify', why: 'changes are announced' }
const polled: FeedState = { feed: 'poll', why: 'NOTIFY does not arrive', mend: 'connect directly' }
const outage = new Error('the database is away')

function open() {
  const events: ApiKeyEvent[] = []
  const lease = { isFreshNow: false }
  const asLease = { isFresh: () => lease.isFreshNow } as Lease
  return { events, lease, standing: createStanding(asLease, (event) => events.push(event)) }
}

/** As it is once all goes well, with what was told so far forgotten. */
function opened() {
  const all = open()
  all.lease.isFreshNow = true
  all.standing.onBeat(undefined)
  all.standing.onFeed(notified)
  all.events.length = 0
  return all
}

describe('what stands between a keyring and keeping answers', () => {
  test('is at first that no heartbeat was answered', () => {
    const { standing, events } = open()

    expect(standing.feed()).toEqual({ feed: 'none', why: 'no heartbeat has been answered yet' })
    expect(events).toEqual([])
  })

  test('is then that nobody listens yet', () => {
    const { standing, events } = open()

    standing.onBeat(undefined)

    const state = { feed: 'poll', why: 'the connection for announcements is not made yet' }
    expect(standing.feed()).toEqual(state)
    expect(events).toEqual([{ type: 'feed_changed', ...state }])
  })

  test.each<[what: string, to: FeedState]>([
    ['the feed', polled],
    ['the reason', { ...notified, why: 'announced again' }],
    ['the mend', { ...notified, mend: 'nothing' }],
  ])('is told when %s is another, and once', (_, to) => {
    const { standing, events } = opened()

    standing.onFeed(notified)
    standing.onFeed(to)
    standing.onFeed(to)

    expect(events).toEqual([{ type: 'feed_changed', ...to }])
    expect(standing.feed()).toEqual(to)
  })

  test('is an epoch that must be mended, until a heartbeat is answered', () => {
    const { standing, events } = opened()

    standing.onBeat(new NeedsMending('a table is missing', 'migrate'))
    standing.onBeat(outage)
    const meanwhile = standing.feed()
    standing.onBeat(undefined)

    expect(meanwhile).toEqual({ feed: 'none', why: 'a table is missing', mend: 'migrate' })
    expect(standing.feed()).toEqual(notified)
    expect(events.map(({ type }) => type)).toEqual(['feed_changed', 'feed_changed'])
  })

  test('is an answer of which nothing may be kept, before all else, until one comes that may', () => {
    const { standing, events } = opened()

    standing.onLoaded(null)
    standing.onLoaded(new NeedsMending('another table', 'name the schema'))
    standing.onBeat(new NeedsMending('a table is missing', 'migrate'))
    const meanwhile = standing.feed()
    standing.onBeat(undefined)
    standing.onLoaded(null)

    expect(meanwhile).toEqual({ feed: 'none', why: 'another table', mend: 'name the schema' })
    expect(standing.feed()).toEqual(notified)
    expect(events).toEqual([
      { type: 'feed_changed', feed: 'none', why: 'another table', mend: 'name the schema' },
      { type: 'feed_changed', ...notified },
    ])
  })
})

describe('a lease', () => {
  test('that was never held is not lost, nor regained when it begins', () => {
    const { standing, events, lease } = open()

    standing.onBeat(outage)
    lease.isFreshNow = true
    standing.onBeat(undefined)

    expect(events.filter(({ type }) => type.startsWith('lease'))).toEqual([])
  })

  test('that is lost is told once, with the reason, and so is that it is regained', () => {
    const { standing, events, lease } = opened()

    lease.isFreshNow = false
    standing.onBeat(outage)
    standing.onBeat(new Error('still away'))
    lease.isFreshNow = true
    standing.onBeat(undefined)
    standing.onBeat(undefined)

    expect(events).toEqual([{ type: 'lease_lost', cause: outage }, { type: 'lease_regained' }])
  })
})
