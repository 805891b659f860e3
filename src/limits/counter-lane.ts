import { type Deferred, deferred } from '../deferred.js'
import type { Counter, CounterStore } from '../key/counter.js'
import type { AskingRequest } from './counters.js'
import { CountersDown } from './guarded-counters.js'
import { inTime, TooLate } from './in-time.js'

/** What is left of a request's time when it leaves the line: who is asked for later is answered too late, and others not at all. */
const TO_BE_ANSWERED = 1 / 8

/** Nobody was asked: others were before it until it had no time left to be answered. */
export class CountersBusy extends CountersDown {
  readonly lateMs: number

  /** How late it was told so: later than its timer where the process was busy itself, or stood still. */
  constructor(lateMs: number) {
    super('the counters have too much to do', false)
    this.lateMs = lateMs
  }
}

interface Waiting extends Deferred<number> {
  readonly most: number
  readonly isBegun: boolean
}

/** What requests want of one counter. */
export interface Lane {
  readonly counter: Counter
  readonly take: (most: number, request: AskingRequest) => Promise<number>
  readonly owe: () => void
  /** What is given back at the same time is not counted any more. */
  readonly read: () => Promise<number>
  /** Asks for all that wait. */
  readonly serve: () => Promise<void>
  /** Whether a request waits that other counters have counted. */
  readonly isUrgent: () => boolean
  /** Whether there is `more` to ask, something is `owed` to a store that is down, or `nothing`. */
  readonly left: () => 'more' | 'owed' | 'nothing'
}

export function createLane(store: CounterStore, counter: Counter): Lane {
  const takes: Waiting[] = []
  let owed = 0
  let isPaid = true
  let isServing = false
  let paying: Promise<void> | undefined

  async function takeTogether(): Promise<void> {
    const most = takes[0]?.most
    if (most === undefined) return
    const together = takes.filter((waiting) => waiting.most === most)
    const others = takes.filter((waiting) => waiting.most !== most)
    takes.splice(0, takes.length, ...others)
    try {
      const before = await store.take(counter, most, together.length)
      together.forEach(({ resolve }, at) => {
        resolve(Math.min(most, before + at))
      })
    } catch (error) {
      for (const { reject } of together) reject(error)
    }
  }

  /** Where the store was asked and its answer is lost, it may have been done: twice would be more than there is. */
  async function payBack(): Promise<void> {
    const paid = owed
    if (paid === 0) return
    try {
      await store.giveBack(counter, paid)
    } catch (error) {
      isPaid = !(error instanceof CountersDown) || error.wasAsked
      if (!isPaid) return
    }
    isPaid = true
    owed -= paid
  }

  function leaveLine(waiting: Waiting, endsMs: number): void {
    const at = takes.indexOf(waiting)
    if (at === -1) return
    takes.splice(at, 1)
    throw new CountersBusy(performance.now() - endsMs)
  }

  /** What was asked for is given back, should it have been taken. */
  function giveUp(waiting: Waiting): CountersDown {
    waiting.promise.then(
      (before) => {
        if (before < waiting.most) owed += 1
      },
      () => {},
    )
    return new CountersDown('the counters do not answer', true)
  }

  return {
    counter,
    async take(most, { untilMs, isBegun }) {
      const waiting = { most, isBegun, ...deferred<number>() }
      takes.push(waiting)
      const turnEndsMs = untilMs - TO_BE_ANSWERED * (untilMs - performance.now())
      const inTurn = await answerUntil(turnEndsMs, waiting.promise)
      if (inTurn !== null) return inTurn
      // While this counter answers others, its turn is the next.
      if (!isServing) leaveLine(waiting, turnEndsMs)
      const answered = await answerUntil(untilMs, waiting.promise)
      if (answered !== null) return answered
      leaveLine(waiting, untilMs)
      throw giveUp(waiting)
    },
    owe() {
      owed += 1
    },
    async read() {
      await paying
      return (await store.read(counter)) - owed
    },
    async serve() {
      isServing = true
      paying = payBack()
      await paying
      await takeTogether()
      isServing = false
    },
    isUrgent: () => takes.some(({ isBegun }) => isBegun),
    left() {
      if (takes.length > 0 || (isPaid && owed > 0)) return 'more'
      return owed > 0 ? 'owed' : 'nothing'
    },
  }
}

/** By `performance.now()`; `null` where there is none until then. */
async function answerUntil(untilMs: number, answer: Promise<number>): Promise<number | null> {
  try {
    return await inTime(Math.max(0, untilMs - performance.now()), answer)
  } catch (error) {
    if (error instanceof TooLate) return null
    throw error
  }
}
