import type { Found } from '../../src/coherence/batched-load.js'
import { createKeyCache } from '../../src/coherence/key-cache.js'
import { createLease, type Lease } from '../../src/coherence/lease.js'
import { type Parts, realParts } from './interleaved-world.js'

/** A lease in which something is done otherwise. */
function withLease(
  otherwise: (lease: Lease, ...made: Parameters<typeof createLease>) => Partial<Lease>,
): Parts {
  return {
    ...realParts,
    createLease(...made) {
      const lease = createLease(...made)
      return { ...lease, ...otherwise(lease, ...made) }
    },
  }
}

/** A lease that has less forgotten than it should. */
function withForgetting(
  isForgotten: (...forgetting: Parameters<Parameters<typeof createLease>[2]>) => boolean,
) {
  const parts: Parts = {
    ...realParts,
    createLease: (leaseMs, clock, forget) =>
      createLease(leaseMs, clock, (keyHashes, why) => {
        if (isForgotten(keyHashes, why)) forget(keyHashes, why)
      }),
  }
  return parts
}

/** A cache that believes something else of its lease. */
function withCache(otherwise: (lease: Lease) => Partial<Lease>): Parts {
  return {
    ...realParts,
    createKeyCache: (options) =>
      createKeyCache({ ...options, lease: { ...options.lease, ...otherwise(options.lease) } }),
  }
}

/** Every part that the argument for the bound needs, left out. */
export const sabotages: Readonly<Record<string, Parts>> = {
  'a lease that counts from the reply': withLease((lease, leaseMs, clock) => {
    let receivedMs = Number.NEGATIVE_INFINITY
    return {
      renew(heartbeat, reading) {
        lease.renew(heartbeat, reading)
        receivedMs = clock.monotonicMs()
      },
      isFresh: () => clock.monotonicMs() - receivedMs < leaseMs - 100,
    }
  }),
  'a lease that counts a sleep for nothing': withLease((lease, leaseMs, clock) => {
    let sentMs = Number.NEGATIVE_INFINITY
    let renewedMs = sentMs
    return {
      beginHeartbeat() {
        sentMs = clock.monotonicMs()
        return lease.beginHeartbeat()
      },
      renew(heartbeat, reading) {
        lease.renew(heartbeat, reading)
        renewedMs = sentMs
      },
      isFresh: () => clock.monotonicMs() - renewedMs < leaseMs - 100,
    }
  }),
  'a lease that ignores unknown stamps': withForgetting((_, why) => why !== 'missed_change'),
  'a lease that ignores announcements, and yet takes their steps for known': withForgetting(
    (_, why) => why !== 'changed',
  ),
  'a lease that follows a step without asking what was before it': withLease((lease) => ({
    follow: (step) => lease.follow({ ...step, stampBefore: lease.position()?.stamp ?? step.stampBefore }),
  })),
  'a cache that serves without a lease': {
    ...realParts,
    createKeyCache(options) {
      const cache = createKeyCache({ ...options, lease: { ...options.lease, isFresh: () => true } })
      return { ...cache, find: (keyHash) => cache.find(keyHash, true) }
    },
  },
  'a cache that keeps what was read before a forgetting': withCache(() => ({ generation: () => 0 })),
  'a cache that notes a forgetting as a flag, not as a number': withCache((lease) => ({
    generation: () => lease.generation() % 2,
  })),
  'a cache whose unknown keys stay unknown': {
    ...realParts,
    createKeyCache: (options) =>
      createKeyCache({ ...options, clock: { ...options.clock, monotonicMs: () => 0 } }),
  },
  'a cache that lets everybody join the load that is under way': {
    ...realParts,
    createKeyCache(options) {
      const cache = createKeyCache(options)
      const underWay = new Map<string, Promise<Found>>()
      return {
        ...cache,
        find(keyHash, isFresh) {
          const joined = underWay.get(keyHash)
          const answer = joined ?? cache.find(keyHash, isFresh)
          if (!(answer instanceof Promise) || joined !== undefined) return answer
          underWay.set(keyHash, answer)
          const done = () => underWay.delete(keyHash)
          answer.then(done, done)
          return answer
        },
      }
    },
  },
}
