import { createKeyCache } from '../../src/coherence/key-cache.js'
import { createLease } from '../../src/coherence/lease.js'
import { type Deferred, deferred } from '../../src/deferred.js'
import type { Refusal } from '../../src/errors.js'
import type { KeyRecord } from '../../src/key/verdict.js'
import { keyRecord } from './key-record.js'
import { loaded, recordOf } from './loaded.js'
import { reading } from './positions.js'
import { settableClock } from './settable-clock.js'

/** A cache under a lease, over rows in memory. Answers are read when they are asked for, and can be held back. */
export function cachedKeys({ maxKeys = 1_000, fresh = true } = {}) {
  const clock = settableClock()
  const rows = new Map<string, KeyRecord | Refusal>()
  const questions: (readonly string[])[] = []
  let held: Deferred<void> | undefined

  const lease = createLease(2_000, clock, (keyHashes) => cache.forget(keyHashes))
  const cache = createKeyCache({
    lease,
    clock,
    maxKeys,
    queryTimeoutMs: 20_000,
    async loadKeys(keyHashes) {
      questions.push(keyHashes)
      const read = new Map([...rows].filter(([keyHash]) => keyHashes.includes(keyHash)))
      await held?.promise
      return loaded(read)
    },
  })
  const beat = (step: number) => lease.renew(lease.beginHeartbeat(), reading(step))
  if (fresh) beat(1)

  return {
    ...cache,
    find: (keyHash: string) => recordOf(cache.find(keyHash, lease.isFresh())),
    lease,
    clock,
    rows,
    questions,
    beat,
    /** Writes a living key, told apart from those before it by being another object. */
    write(keyHash: string): KeyRecord {
      const record = keyRecord(keyHash)
      rows.set(keyHash, record)
      return record
    },
    /** Holds answers back, until the function it returns is called. */
    hold(): () => void {
      const holding = deferred<void>()
      held = holding
      return () => {
        held = undefined
        holding.resolve()
      }
    },
  }
}
