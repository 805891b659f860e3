import type { EpochReading } from '../epoch.js'
import { withinTime } from '../time-limit.js'
import type { Lease, SentHeartbeat } from './lease.js'

/** However often something asks for a heartbeat at once, e.g. a flood of forged announcements. */
const SHORTEST_PAUSE_MS = 50

export interface HeartbeatOptions {
  readonly lease: Lease
  readonly readEpoch: () => Promise<EpochReading>
  readonly timeoutMs: number
  /** After every heartbeat, with the error of one that failed; answers how long after it the next is sent. */
  readonly onBeat: (error?: unknown) => number
}

export interface Heartbeat {
  start(): void
  /** The next one as soon as may be. */
  hasten(): void
  stop(): void
}

/** Renews the lease, one heartbeat at a time: the next is sent when the one before is answered or given up. */
export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { lease, readEpoch, timeoutMs, onBeat } = options
  let state: 'stopped' | 'waiting' | 'beating' = 'stopped'
  let timer: NodeJS.Timeout | undefined
  let sentAtMs = 0
  let hastened = false

  async function beat(): Promise<void> {
    state = 'beating'
    hastened = false
    sentAtMs = performance.now()
    const sent = lease.beginHeartbeat()
    const pauseMs = await readAndRenew(sent).then(() => onBeat(), onBeat)
    if (isStopped()) return
    state = 'waiting'
    scheduleIn(hastened ? SHORTEST_PAUSE_MS : pauseMs)
  }

  async function readAndRenew(sent: SentHeartbeat): Promise<void> {
    lease.renew(sent, await withinTime(timeoutMs, readEpoch()))
  }

  // A function, for the compiler to know that awaiting may have changed it.
  const isStopped = () => state === 'stopped'

  function scheduleIn(pauseMs: number): void {
    clearTimeout(timer)
    timer = setTimeout(beat, Math.max(0, sentAtMs + pauseMs - performance.now()))
    timer.unref()
  }

  return {
    start() {
      if (isStopped()) beat()
    },
    hasten() {
      hastened = true
      if (state === 'waiting') scheduleIn(SHORTEST_PAUSE_MS)
    },
    stop() {
      state = 'stopped'
      clearTimeout(timer)
    },
  }
}
