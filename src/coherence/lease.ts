import { type Clock, type Instant, instantOf } from '../clock.js'
import type { EpochReading, EpochStep, Position } from '../epoch.js'
import type { CacheFlushedEvent } from '../events.js'

/** Decisions stop this long before the lease does, for the time between deciding and answering. */
export const MARGIN_MS = 100
/** The clocks of a process that neither slept nor was set part by less. */
const CLOCK_DRIFT_MS = 100

type ForgetReason = CacheFlushedEvent['why']
export type FlushReason = Exclude<ForgetReason, 'changed'>

/** What to forget: some keys because they changed, or all of them because something may have. */
export type Forget = (keyHashes: readonly string[] | 'all', why: ForgetReason) => void

/** A heartbeat on its way: when it was sent, and every position that its reply may rightly carry. */
export interface SentHeartbeat {
  readonly sentAt: Instant
  readonly acceptable: Set<string>
}

/**
 * Decides when answers that were kept may be served. The argument, in four parts, each of them necessary:
 *
 * - A lease counts from when its heartbeat was *sent*: what the database read came later.
 * - A heartbeat reads the committed epoch. An unknown one means that a change was missed: all is forgotten
 *   before the lease is renewed. So whatever is served under a lease was unchanged when its heartbeat was sent.
 * - Every forgetting is counted, and a row that was read before it is not kept (`generation`).
 * - Nothing is served without a fresh lease. Announcements only make all of this quicker.
 *
 * So a change is obeyed at most `leaseMs` after its commit, whatever the network or the process does.
 */
export interface Lease {
  /** The reply to an earlier one does not count any more. Forgets all where a clock has jumped since the last. */
  readonly beginHeartbeat: () => SentHeartbeat
  /** Its reply is here: the lease is renewed, and all is forgotten first where a change was missed. */
  readonly renew: (heartbeat: SentHeartbeat, reading: EpochReading) => void
  /** A step that was announced: its keys are forgotten at once, if it follows what is known. */
  readonly follow: (step: EpochStep) => void
  /** Keys that this process has changed itself. */
  readonly forget: (keyHashes: readonly string[]) => void
  /** Something may have been missed. */
  readonly doubt: (why: FlushReason) => void
  /** The time of day by the database's clock; `null` without a fresh lease. Judged when asked, never remembered. */
  readonly freshMs: () => number | null
  readonly isFresh: () => boolean
  /** Grows whenever something was forgotten. */
  readonly generation: () => number
  /** The last change that is known; `null` where one may have been missed. */
  readonly position: () => Position | null
}

export function createLease(leaseMs: number, clock: Clock, onForget: Forget): Lease {
  let known: Position | null = null
  let outstanding: SentHeartbeat | null = null
  let renewedAt: Instant | null = null
  let databaseOffsetMs = 0
  let generation = 0

  function drop(keyHashes: readonly string[] | 'all', why: ForgetReason): void {
    generation += 1
    onForget(keyHashes, why)
  }

  /** Between two instants the machine slept, or its clock was set: spans can no longer be trusted. */
  function jumped(from: Instant, to: Instant): boolean {
    return Math.abs(to.wallMs - from.wallMs - (to.monotonicMs - from.monotonicMs)) > CLOCK_DRIFT_MS
  }

  function freshMs(): number | null {
    if (renewedAt === null) return null
    const age = clock.monotonicMs() - renewedAt.monotonicMs
    if (age >= leaseMs - MARGIN_MS) return null
    const wallMs = clock.wallMs()
    if (Math.abs(wallMs - renewedAt.wallMs - age) > CLOCK_DRIFT_MS) return null
    return wallMs + databaseOffsetMs
  }

  function beginHeartbeat(): SentHeartbeat {
    const sentAt = instantOf(clock)
    if (renewedAt !== null && jumped(renewedAt, sentAt)) drop('all', 'clock_jumped')
    outstanding = { sentAt, acceptable: new Set(known === null ? [] : [known.stamp]) }
    return outstanding
  }

  function renew(heartbeat: SentHeartbeat, { epoch, stamp, databaseMs }: EpochReading): void {
    if (heartbeat !== outstanding) return
    outstanding = null
    const received = instantOf(clock)
    if (jumped(heartbeat.sentAt, received)) return
    if (known === null || !heartbeat.acceptable.has(stamp)) {
      drop('all', known === null ? 'first_reading' : 'missed_change')
      known = { epoch, stamp }
    }
    renewedAt = heartbeat.sentAt
    // The database told its time after the heartbeat was sent: a key may seem to end by so much sooner, never later.
    databaseOffsetMs = databaseMs - heartbeat.sentAt.wallMs
  }

  function follow({ epoch, stamp, stampBefore, keyHashes }: EpochStep): void {
    // A heartbeat may read past a step before it is announced; all was forgotten then. The keys are dropped all
    // the same, for a forged step could have made a true one look old.
    if (known !== null && epoch <= known.epoch) {
      drop(keyHashes ?? 'all', 'changed')
      return
    }
    if (known === null || known.stamp !== stampBefore) {
      doubt('unexpected_announcement')
      return
    }
    known = { epoch, stamp }
    outstanding?.acceptable.add(stamp)
    drop(keyHashes ?? 'all', 'changed')
  }

  function doubt(why: FlushReason): void {
    known = null
    drop('all', why)
  }

  return {
    beginHeartbeat,
    renew,
    follow,
    forget: (keyHashes) => drop(keyHashes, 'changed'),
    doubt,
    freshMs,
    isFresh: () => freshMs() !== null,
    generation: () => generation,
    position: () => known,
  }
}
