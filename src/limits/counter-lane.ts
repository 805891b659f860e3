import type { Counter, CounterStore } from './counters.js'
import { CountersDown } from './guarded-counters.js'

interface Waiting {
  readonly most: number
  readonly answer: (before: number) => void
  readonly fail: (error: unknown) => void
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
      together.forEach(({ answer }, at) => {
        answer(Math.min(most, before + at))
      })
    } catch (error) {
      for (const { fail } of together) fail(error)
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

  return {
    counter,
    take(most, untilMs) {
      return new Promise((resolve, reject) => {
        let isAnswered = false
        let isOver = false
        function giveUp(): void {
          if (isAnswered) return
          isOver = true
          const at = takes.indexOf(waiting)
          if (at !== -1) takes.splice(at, 1)
          reject(new CountersDown('the counters have too much to do', at === -1))
        }
        // Of a process that was busy itself, the answers that have arrived meanwhile are read first.
        const timer = setTimeout(() => setImmediate(giveUp), Math.max(0, untilMs - performance.now()))
        const waiting: Waiting = {
          most,
          answer(before) {
            clearTimeout(timer)
            isAnswered = true
            if (isOver && before < most) owed += 1
            resolve(before)
          },
          fail(error) {
            clearTimeout(timer)
            isAnswered = true
            reject(error)
          },
        }
        takes.push(waiting)
      })
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
