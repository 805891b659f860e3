import type { CounterKind, Observer } from '../events.js'
import { withoutHashes } from '../without-hashes.js'
import type { Counters } from './counters.js'

/** So many answers in a row that come too late are a failure of the store; one may be a pause of this process. */
const LATE_MOST = 3

/** Counters that cannot be asked at the moment. */
export class CountersDown extends Error {}

class TooLate extends Error {}

export interface GuardOptions {
  readonly counters: Counters
  readonly kind: CounterKind
  /** The longest wait for them, in milliseconds. */
  readonly limitMs: number
  /** The pause between two looks at counters that are down, in milliseconds. */
  readonly pauseMs: number
  readonly observe: Observer
}

export interface GuardedCounters extends Counters {
  /** Nobody looks any more whether they are back. */
  readonly close: () => void
}

/**
 * Counters that answer within the limit, or fail with `CountersDown`. After a failure, or some late answers, they are
 * down: no request waits for them, until a look at them, off the path of requests, finds them back.
 */
export function guardCounters(options: GuardOptions): GuardedCounters {
  const { counters, kind, limitMs, pauseMs, observe } = options
  let isDown = false
  let isClosed = false
  let late = 0
  let timer: NodeJS.Timeout | undefined

  async function guarded<T>(question: () => Promise<T>): Promise<T> {
    if (isDown) throw new CountersDown()
    try {
      const answer = await inTime(limitMs, question())
      late = 0
      return answer
    } catch (error) {
      late = error instanceof TooLate ? late + 1 : LATE_MOST
      if (late >= LATE_MOST) goDown(error)
      throw new CountersDown('the counters do not answer', { cause: withoutHashes(error) })
    }
  }

  function goDown(error: unknown): void {
    if (isDown || isClosed) return
    isDown = true
    observe({ type: 'counters_lost', counters: kind, cause: withoutHashes(error) })
    lookLater()
  }

  function lookLater(): void {
    timer = setTimeout(look, pauseMs)
    timer.unref()
  }

  async function look(): Promise<void> {
    try {
      await inTime(limitMs, counters.read({ name: 'look', endsAtMs: null, lengthMs: null }))
    } catch {
      if (!isClosed) lookLater()
      return
    }
    if (isClosed) return
    isDown = false
    late = 0
    observe({ type: 'counters_regained', counters: kind })
  }

  return {
    take: (counter, most) => guarded(() => counters.take(counter, most)),
    giveBack: (counter) => guarded(() => counters.giveBack(counter)),
    read: (counter) => guarded(() => counters.read(counter)),
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

/** Of a process that was busy itself, the answers that have arrived meanwhile are read before it gives up. */
async function inTime<T>(limitMs: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => setImmediate(() => reject(new TooLate(`there was no answer within ${limitMs} ms`))),
      limitMs,
    )
  })
  try {
    return await Promise.race([answer, limit])
  } finally {
    clearTimeout(timer)
  }
}
