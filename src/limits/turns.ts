import { type Deferred, deferred } from '../deferred.js'
import { Refusal } from '../errors.js'
import { inTime } from './in-time.js'

/** Lets only so much work of one origin be under way; what comes beyond waits, first come, first served. */
export interface Turns {
  readonly inTurn: <T>(origin: string, work: () => Promise<T>) => Promise<T>
}

interface Queue {
  underWay: number
  readonly waiting: Set<Deferred<void>>
}

const WAITED_IN_VAIN =
  'as many look-ups of this address are under way as it has failed attempts left, and none of them ended in time'

/**
 * `mostOf` is asked whenever a turn ends. Origins without work are forgotten. Who waits longer than `timeoutMs` hears
 * `store_timeout`; the time limit of the work itself comes on top.
 */
export function createTurns(mostOf: (origin: string) => number, timeoutMs: number): Turns {
  const queues = new Map<string, Queue>()

  function queueOf(origin: string): Queue {
    const queue = queues.get(origin) ?? { underWay: 0, waiting: new Set() }
    queues.set(origin, queue)
    return queue
  }

  /** One even where none is left: whoever has the turn is told so by the work. */
  function hasRoom({ underWay }: Queue, origin: string): boolean {
    return underWay < Math.max(1, mostOf(origin))
  }

  async function waitForTurn(origin: string, queue: Queue): Promise<void> {
    const turn = deferred<void>()
    queue.waiting.add(turn)
    try {
      await inTime(timeoutMs, turn.promise)
    } catch (error) {
      // Its turn may have come in the moment in which it gave up.
      if (!queue.waiting.delete(turn)) endTurn(origin, queue)
      throw new Refusal('store_timeout', {}, new Error(WAITED_IN_VAIN, { cause: error }))
    }
  }

  function endTurn(origin: string, queue: Queue): void {
    queue.underWay -= 1
    for (const turn of queue.waiting) {
      if (!hasRoom(queue, origin)) break
      queue.waiting.delete(turn)
      queue.underWay += 1
      turn.resolve()
    }
    if (queue.underWay === 0) queues.delete(origin)
  }

  return {
    async inTurn(origin, work) {
      const queue = queueOf(origin)
      if (hasRoom(queue, origin)) queue.underWay += 1
      else await waitForTurn(origin, queue)
      try {
        return await work()
      } finally {
        endTurn(origin, queue)
      }
    },
  }
}
