import { createLease, type FlushReason, type Lease } from '../../src/coherence/lease.js'
import type { EpochReading } from '../../src/epoch.js'
import { type SettableClock, settableClock } from './settable-clock.js'

export interface Forgotten {
  readonly keyHashes: readonly string[] | 'all'
  readonly why: FlushReason | 'changed'
}

/** A lease of 2 s on clocks that are set by hand, and all that it had forgotten. */
export interface ObservedLease {
  readonly lease: Lease
  readonly clock: SettableClock
  /** What was forgotten since the last call. */
  takeForgotten(): Forgotten[]
  /** A heartbeat that is answered at once. */
  beat(reading: EpochReading): void
}

export function observedLease(): ObservedLease {
  const clock = settableClock()
  const forgotten: Forgotten[] = []
  const lease = createLease(2_000, clock, (keyHashes, why) => {
    forgotten.push({ keyHashes, why })
  })
  return {
    lease,
    clock,
    takeForgotten: () => forgotten.splice(0),
    beat: (reading) => lease.renew(lease.beginHeartbeat(), reading),
  }
}

/** A lease that has had its first reading: so many steps. */
export function leaseAt(step: EpochReading): ObservedLease {
  const observed = observedLease()
  observed.beat(step)
  observed.takeForgotten()
  return observed
}
