import { type Deferred, deferred } from '../deferred.js'
import type { Counter, CounterStore } from '../key/counter.js'
import { CountersBusy, createLane, type Lane } from './counter-lane.js'
import type { Counters } from './counters.js'
import { createFairQueue } from './fair-queue.js'
import type { Overload } from './overload.js'

/** What could not be given back is remembered for so many counters, and tried again this often. */
const MAX_OWED = 10_000
const OWED_PAUSE_MS = 1_000

export interface GatherOptions {
  readonly counters: CounterStore
  /** How many questions may be open: a pool has connections to spare, or has not; one of Redis holds a thousand. */
  readonly atOnce: number
  readonly overload: Overload
}

export interface GatheredCounters extends Counters {
  /** Nothing is tried again any more. Waits for the questions that are open, or a pool would be ended under them. */
  readonly close: () => Promise<void>
}

/**
 * Asks one question at a time for each counter, and for all that wait for it together: a thousand requests with one
 * key are two questions, not a thousand that wait for one row, on connections that other keys need. What is given back
 * goes along, and is kept while the store is not asked.
 */
export function gatherCounters({ counters: store, atOnce, overload }: GatherOptions): GatheredCounters {
  const lanes = new Map<string, Lane>()
  const asked = new Map<Lane, 'urgent' | 'ready' | 'served'>()
  const tenantOf = ({ counter }: Lane) => counter.tenantId
  // Who has waited for one counter waits for the next before those that have waited for none.
  const urgent = createFairQueue<Lane>({ tenantOf, isWanted: (lane) => isWanted(lane, 'urgent') })
  const ready = createFairQueue<Lane>({ tenantOf, isWanted: (lane) => isWanted(lane, 'ready') })
  let asking = 0
  let isClosed = false
  let idle: Deferred<void> | undefined
  let timer: NodeJS.Timeout | undefined

  function laneOf(counter: Counter): Lane {
    const known = lanes.get(counter.name)
    if (known !== undefined) return known
    const lane = createLane(store, counter)
    lanes.set(counter.name, lane)
    return lane
  }

  /** Whoever waited for it may have given up: then it is forgotten. Or it has become urgent, and stands in both queues. */
  function isWanted(lane: Lane, queue: 'urgent' | 'ready'): boolean {
    if (asked.get(lane) !== queue) return false
    if (lane.left() !== 'nothing') return true
    asked.delete(lane)
    lanes.delete(lane.counter.name)
    return false
  }

  function enqueue(lane: Lane): void {
    const before = asked.get(lane)
    if (before === 'served' || before === 'urgent') return
    if (lane.isUrgent()) {
      asked.set(lane, 'urgent')
      urgent.push(lane)
    } else if (before === undefined) {
      asked.set(lane, 'ready')
      ready.push(lane)
    }
    askNext()
  }

  function askNext(): void {
    while (asking < atOnce) {
      const lane = urgent.shift() ?? ready.shift()
      if (lane === undefined) return
      asked.set(lane, 'served')
      asking += 1
      void serve(lane)
    }
  }

  async function serve(lane: Lane): Promise<void> {
    await lane.serve()
    const left = lane.left()
    asking -= 1
    asked.delete(lane)
    if (left === 'more') enqueue(lane)
    else if (left === 'owed' && lanes.size <= MAX_OWED) payLater()
    else lanes.delete(lane.counter.name)
    askNext()
    if (asking === 0) idle?.resolve()
    if (urgent.isEmpty() && ready.isEmpty()) overload.ended()
  }

  function payLater(): void {
    if (timer !== undefined || isClosed) return
    timer = setTimeout(payAll, OWED_PAUSE_MS)
    timer.unref()
  }

  function payAll(): void {
    timer = undefined
    const nowMs = Date.now()
    for (const [name, lane] of lanes) {
      const { endsAtMs } = lane.counter
      if (asked.has(lane)) continue
      if (endsAtMs !== null && endsAtMs < nowMs) lanes.delete(name)
      else enqueue(lane)
    }
  }

  return {
    take(counter, most, request) {
      const lane = laneOf(counter)
      const taken = lane.take(most, request)
      enqueue(lane)
      return taken.catch((error: unknown) => {
        // Who counts otherwise then, or refuses, does not do so in silence.
        if (error instanceof CountersBusy) overload.gaveUp(error)
        throw error
      })
    },
    giveBack(counter) {
      const lane = laneOf(counter)
      lane.owe()
      enqueue(lane)
    },
    read: (counter) => lanes.get(counter.name)?.read() ?? store.read(counter),
    async close() {
      isClosed = true
      clearTimeout(timer)
      if (asking === 0) return
      idle ??= deferred()
      await idle.promise
    },
  }
}
