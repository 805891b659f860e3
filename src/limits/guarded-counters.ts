import { Refusal } from '../errors.js'
import type { CounterStore } from '../key/counter.js'
import { withoutHashes } from '../without-hashes.js'
import { roomFor } from './counters.js'
import { inTime, TooLate } from './in-time.js'
import type { Losses } from './losses.js'

/** So many answers in a row that come too late are a failure of the store; one may be a pause of this process. */
const LATE_MOST = 3

/** Counters that do not answer at the moment. */
export class CountersDown extends Error {
  /** Whether they may have counted all the same. */
  readonly wasAsked: boolean

  constructor(message: string, wasAsked: boolean, options?: ErrorOptions) {
    super(message, options)
    this.wasAsked = wasAsked
  }
}

export interface GuardOptions {
  readonly counters: CounterStore
  /** The longest wait for them, in milliseconds. */
  readonly timeoutMs: number
  /** The pause between two looks at counters that are down, in milliseconds. */
  readonly pauseMs: number
  readonly losses: Losses
}

export interface GuardedCounters extends CounterStore {
  /** Nobody looks any more whether they are back. */
  readonly close: () => void
}

/**
 * Counters that answer within the limit, or fail with `CountersDown`. After a failure, or some late answers, they are
 * down: no request waits for them, until a look at them, off the path of requests, finds them back.
 */
export function guardCounters(options: GuardOptions): GuardedCounters {
  const { counters, timeoutMs, pauseMs, losses } = options
  let isDown = false
  let isClosed = false
  let late = 0
  let timer: NodeJS.Timeout | undefined

  /** What is answered too late is told to `undo`. */
  async function guarded<T>(question: () => Promise<T>, undo: (late: T) => void = () => {}): Promise<T> {
    if (isDown) throw new CountersDown('the counters are down', false)
    const answering = question()
    try {
      const answer = await inTime(timeoutMs, answering)
      late = 0
      return answer
    } catch (error) {
      late = isLate(error) ? late + 1 : LATE_MOST
      if (late >= LATE_MOST) goDown(error)
      answering.then(undo, () => {})
      throw new CountersDown('the counters do not answer', true, { cause: withoutHashes(error) })
    }
  }

  function goDown(error: unknown): void {
    if (isDown || isClosed) return
    isDown = true
    losses.begin('down', error)
    lookLater()
  }

  function lookLater(): void {
    timer = setTimeout(look, pauseMs)
    timer.unref()
  }

  async function look(): Promise<void> {
    try {
      await inTime(timeoutMs, counters.read({ name: 'look', tenantId: '', endsAtMs: null, lengthMs: null }))
    } catch {
      if (!isClosed) lookLater()
      return
    }
    if (isClosed) return
    isDown = false
    late = 0
    losses.end('down')
  }

  return {
    take: (counter, most, count) =>
      guarded(
        () => counters.take(counter, most, count),
        (before) => counters.giveBack(counter, roomFor(count, before, most)).catch(() => {}),
      ),
    giveBack: (counter, count) => guarded(() => counters.giveBack(counter, count)),
    read: (counter) => guarded(() => counters.read(counter)),
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

/** A database that is waited for, be it for a connection of a pool that others use, is late as well. */
function isLate(error: unknown): boolean {
  return error instanceof TooLate || (error instanceof Refusal && error.reason === 'store_timeout')
}
