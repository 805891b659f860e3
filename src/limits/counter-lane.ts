import { type Deferred, deferred } from '../deferred.js'
import type { Counter, CounterStore } from './counters.js'
import { CountersDown } from './guarded-counters.js'
import { inTime, TooLate } from './in-time.js'

/** Nobody was asked: others were before it until its time was up. */
export class CountersBusy extends CountersDown {}

interface Waiting extends Deferred<number> {
  readonly most: number
}

/** What requests want of one counter. */
export interface Lane {
  readonly counter: Counter
  /** Waits until then, by `performance.now()`. */
  readonly take: (most: number, untilMs: number) => Promise<number>
  readonly owe: () => void
  /** What is given back at the same time is not counted any more. */
  readonly read: () => Promise<number>
  /** Asks for all that wait. */
  readonly serve: () => Promise<void>
  /** Whether there is `more` to ask, something is `owed` to a store that is down, or `nothing`. */
  readonly left: () => 'more' | 'owed' | 'nothing'
}

export function createLane(store: CounterStore, counter: Counter): Lane {
  const takes: Waiting[] = []
  let owed = 0
  let isPaid = true
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

  /** One that was asked for already is given back, should it have been taken. */
  function giveUp(waiting: Waiting): CountersDown {
    const at = takes.indexOf(waiting)
    if (at !== -1) takes.splice(at, 1)
    else {
      waiting.promise.then(
        (before) => {
          if (before < waiting.most) owed += 1
        },
        () => {},
      )
    }
    if (at === -1) return new CountersDown('the counters do not answer', true)
    return new CountersBusy('the counters have too much to do', false)
  }

  return {
    counter,
    async take(most, untilMs) {
      const waiting = { most, ...deferred<number>() }
      takes.push(waiting)
      try {
        return await inTime(Math.max(0, untilMs - performance.now()), waiting.promise)
      } catch (error) {
        throw error instanceof TooLate ? giveUp(waiting) : error
      }
    },
    owe() {
      owed += 1
    },
    async read() {
      await paying
      return (await store.read(counter)) - owed
    },
    async serve() {
      paying = payBack()
      await paying
      await takeTogether()
    },
    left() {
      if (takes.length > 0 || (isPaid && owed > 0)) return 'more'
      return owed > 0 ? 'owed' : 'nothing'
    },
  }
}
