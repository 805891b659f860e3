import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Deferred, deferred } from '../deferred.js'
import {
  AnnouncementsLost,
  type ClientEpochSource,
  type EpochListener,
  type EpochReading,
  type EpochStep,
  type ListenForEpoch,
  NeedsMending,
} from '../epoch.js'
import type { FeedState } from '../events.js'
import { withinTime } from '../time-limit.js'
import type { Lease } from './lease.js'

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 1_000
/** Where announcements do not arrive they will not soon: a pooler stands between, or the URL is another's. */
const HOPELESS_RETRY_MS = 30_000
const CONNECT_TIMEOUT_MS = 2_000
const PROBE_TIMEOUT_MS = 1_000
const COMPARISONS = 3

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
const PROBE = 'probe '

interface Probe {
  readonly text: string
  readonly heard: Deferred<void>
}

export function createChangeFeed({ client, listen, lease, onFeed, hasten }: ChangeFeedOptions): ChangeFeed {
  let listener: EpochListener | null = null
  let stopped = false
  const stopping = new AbortController()

  async function listenForEver(connect: ListenForEpoch): Promise<void> {
    let failures = 0
    while (!stopped) {
      const trouble = await listenUntilLost(connect).catch((error: unknown) => error)
      if (stopped) return
      failures = trouble === CONNECTION_LOST ? 0 : failures + 1
      onFeed(toFeedState(trouble))
      const retryMs =
        trouble instanceof AnnouncementsLost
          ? HOPELESS_RETRY_MS
          : Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS)
      // Jitter, so that many processes do not come back as one.
      const pauseMs = retryMs * (0.5 + Math.random() / 2)
      await sleep(pauseMs, undefined, { ref: false, signal: stopping.signal }).catch(() => {})
    }
  }

  async function listenUntilLost(connect: ListenForEpoch): Promise<typeof CONNECTION_LOST> {
    const lost = deferred<void>()
    const probe: Probe = { text: `${PROBE}${randomUUID()}`, heard: deferred<void>() }
    const candidate = await withinTime(
      CONNECT_TIMEOUT_MS,
      connect({ onStep, onOther: (text) => hear(text, probe), onLost: () => lost.resolve() }),
    )
    try {
      await prove(candidate, probe)
      listener = candidate
      lease.doubt('reconnected')
      hasten()
      onFeed({ feed: 'notify', why: 'announcements arrive' })
      await lost.promise
      return CONNECTION_LOST
    } finally {
      listener = null
      candidate.close()
      hasten()
    }
  }

  function onStep(step: EpochStep): void {
    lease.follow(step)
    if (lease.position() === null) hasten()
  }

  function hear(text: string, probe: Probe): void {
    if (text === probe.text) probe.heard.resolve()
    // Other processes probe the same channel.
    if (text.startsWith(PROBE)) return
    lease.doubt('unexpected_announcement')
    hasten()
  }

  /**
   * LISTEN succeeds behind a pooler in transaction mode, and nothing ever arrives. So a probe is sent through the
   * client, and both must then read the same stamp: it is the same database, and the same table in it.
   */
  async function prove(candidate: EpochListener, probe: Probe): Promise<void> {
    await client.announce(candidate.channel, probe.text)
    await withinTime(PROBE_TIMEOUT_MS, probe.heard.promise).catch(() => {
      throw new AnnouncementsLost(
        'NOTIFY does not arrive, as behind a pooler in transaction mode',
        'let databaseUrl name a direct connection to the database of the Prisma client',
      )
    })
    for (let comparison = 1; comparison <= COMPARISONS; comparison += 1) {
      const [own, clients] = await Promise.all([candidate.readEpoch(), client.readEpoch()])
      if (own.stamp === clients.stamp) return
    }
    throw new AnnouncementsLost(
      'databaseUrl and the Prisma client read different epochs',
      'let databaseUrl name the database and schema of the Prisma client',
    )
  }

  return {
    start() {
      if (listen === null) onFeed({ feed: 'poll', why: 'no databaseUrl is known to listen on' })
      else listenForEver(listen)
    },
    readEpoch: () => (listener ?? client).readEpoch(),
    suspect() {
      listener?.close()
    },
    stop() {
      stopped = true
      stopping.abort()
      listener?.close()
    },
  }
}

function toFeedState(trouble: unknown): FeedState {
  const why = trouble instanceof Error ? trouble.message : String(trouble)
  return { feed: 'poll', why, ...(trouble instanceof NeedsMending ? { mend: trouble.mend } : {}) }
}
