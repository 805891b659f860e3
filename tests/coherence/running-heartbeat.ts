import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach } from '@jest/globals'
import { createHeartbeat, type Heartbeat } from '../../src/coherence/heartbeat.js'
import type { EpochReading } from '../../src/epoch.js'
import { observedLease } from './observed-lease.js'
import { reading } from './positions.js'

const started: Heartbeat[] = []
afterEach(() => {
  for (const heartbeat of started.splice(0)) heartbeat.stop()
})

interface Options {
  readonly readEpoch?: () => Promise<EpochReading>
  readonly timeoutMs?: number
  readonly pauseMs?: number
}

/** Heartbeats that have begun and end with the test. `outcomes` has the error of each, `undefined` for success. */
export function startHeartbeat(options: Options = {}) {
  const { readEpoch = async () => reading(1), timeoutMs = 5_000, pauseMs = 5 } = options
  const { lease } = observedLease()
  const outcomes: unknown[] = []
  const onBeat = (error?: unknown) => {
    outcomes.push(error)
    return pauseMs
  }
  const heartbeat = createHeartbeat({ lease, readEpoch, timeoutMs, onBeat })
  started.push(heartbeat)
  heartbeat.start()
  return { lease, heartbeat, outcomes }
}

/** Counts how often the epoch is read, and how many of these readings are open at once. */
export function countReads(readMs: (n: number) => number) {
  const reads = { begun: 0, open: 0, mostOpen: 0 }
  const readEpoch = async () => {
    reads.begun += 1
    reads.open += 1
    reads.mostOpen = Math.max(reads.mostOpen, reads.open)
    await sleep(readMs(reads.begun))
    reads.open -= 1
    return reading(1)
  }
  return { reads, readEpoch }
}
