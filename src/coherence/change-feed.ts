import { setTimeout as sleep } from 'node:timers/promises'
import { deferred } from '../deferred.js'
import {
  type ClientEpochSource,
  type EpochListener,
  type EpochReading,
  type EpochStep,
  type ListenForEpoch,
  NeedsMending,
} from '../epoch.js'
import type { FeedState } from '../feed.js'
import type { Lease } from './lease.js'
import { createProbe, isProbe, type Probe, proveListener } from './probe.js'

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 1_000
/** Where announcements do not arrive they will not soon: a pooler stands between, or the URL is another's. */
const HOPELESS_RETRY_MS = 30_000
/** So many tries in a row, while heartbeats are answered, are no outage: the URL leads elsewhere, or nowhere. */
const TRIES_UNTIL_MEND = 5

const NO_URL: FeedState = {
  feed: 'poll',
  why: 'no databaseUrl is known to listen on',
  mend: 'set DATABASE_URL, or pass createKeyring the option "databaseUrl"',
}

export interface ChangeFeedOptions {
  readonly client: ClientEpochSource
  /** `null` where no database URL is known. */
  readonly listen: ListenForEpoch | null
  readonly lease: Lease
  /** How changes reach this process from now on. */
  readonly onFeed: (state: FeedState) => void
  /** A change or a doubt asks for a heartbeat. */
  readonly hasten: () => void
}

export interface ChangeFeed {
  start(): void
  /** Over the listener's connection while it lives, so that its silence is noticed; else through the client. */
  readonly readEpoch: () => Promise<EpochReading>
  /** A heartbeat failed: a connection that does not answer in time is a lost one. */
  suspect(): void
  stop(): void
}

const CONNECTION_LOST = 'the connection for announcements was lost'

export function createChangeFeed({ client, listen, lease, onFeed, hasten }: ChangeFeedOptions): ChangeFeed {
  let listener: EpochListener | null = null
  const stopping = new AbortController()

  async function listenForEver(connect: ListenForEpoch): Promise<void> {
    let failures = 0
    let failuresWhileUp = 0
    while (!stopping.signal.aborted) {
      const trouble = await listenUntilLost(connect).catch((error: unknown) => error)
      if (stopping.signal.aborted) return
      failures = trouble === CONNECTION_LOST ? 0 : failures + 1
      failuresWhileUp = failures > 0 && lease.isFresh() ? failuresWhileUp + 1 : 0
      onFeed(toFeedState(trouble, failuresWhileUp >= TRIES_UNTIL_MEND))
      // Once may be a late answer of a busy machine.
      const isHopeless = trouble instanceof NeedsMending && failures > 1
      const retryMs = isHopeless ? HOPELESS_RETRY_MS : Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS)
      // Jitter, so that many processes do not come back as one.
      const pauseMs = retryMs * (0.5 + Math.random() / 2)
      await sleep(pauseMs, undefined, { ref: false, signal: stopping.signal }).catch(() => {})
    }
  }

  async function listenUntilLost(connect: ListenForEpoch): Promise<typeof CONNECTION_LOST> {
    const lost = deferred<void>()
    const probe = createProbe()
    const opened = await connect({
      onStep,
      onOther: (text) => hear(text, probe),
      onLost: () => lost.resolve(),
    })
    stopping.signal.addEventListener('abort', opened.close)
    try {
      if (stopping.signal.aborted) return CONNECTION_LOST
      // A connection that is lost meanwhile proves nothing about what stands between.
      const isLost = await Promise.race([
        proveListener(opened, client, probe).then(() => false),
        lost.promise.then(() => true),
      ])
      if (isLost) throw new Error('lost while it was proven')
      listener = opened
      lease.doubt('reconnected')
      hasten()
      onFeed({ feed: 'notify', why: 'announcements arrive' })
      await lost.promise
      return CONNECTION_LOST
    } finally {
      listener = null
      stopping.signal.removeEventListener('abort', opened.close)
      opened.close()
      hasten()
    }
  }

  function onStep(step: EpochStep): void {
    lease.follow(step)
    if (lease.position() === null) hasten()
  }

  function hear(text: string, probe: Probe): void {
    if (text === probe.text) probe.heard.resolve()
    if (isProbe(text)) return
    lease.doubt('unexpected_announcement')
    hasten()
  }

  return {
    start() {
      if (listen === null) onFeed(NO_URL)
      else listenForEver(listen)
    },
    readEpoch: () => (listener ?? client).readEpoch(),
    suspect() {
      listener?.close()
    },
    stop: () => stopping.abort(),
  }
}

/** The texts of other errors name hosts and ports, and a readiness probe shows this to anybody. */
function toFeedState(trouble: unknown, lasts: boolean): FeedState {
  if (trouble instanceof NeedsMending) return { feed: 'poll', why: trouble.message, mend: trouble.mend }
  if (trouble === CONNECTION_LOST) return { feed: 'poll', why: trouble }
  const code = trouble instanceof Error && 'code' in trouble ? ` (${trouble.code})` : ''
  const state: FeedState = { feed: 'poll', why: `the connection for announcements cannot be made${code}` }
  if (!lasts) return state
  return {
    ...state,
    mend: 'let databaseUrl name the database of the Prisma client, at an address that answers',
  }
}
