import { LRUCache } from 'lru-cache'
import type { Caller } from '../caller.js'
import type { Clock } from '../clock.js'
import { Refusal } from '../errors.js'
import { neighbourhoodOf } from '../key/address.js'
import type { Rate } from '../key/limit.js'

/** Of which attempts are counted; about 100 bytes each. */
const MAX_ADDRESSES = 10_000

export const FAILED_ATTEMPTS = 'failed-attempts'

export interface FailedAttempts {
  /** Throws for an address that has used up its attempts, whatever it brings now. */
  readonly refuseExhausted: (caller: Caller | undefined) => void
  readonly note: (caller: Caller | undefined) => void
}

/** Who comes over a local socket, or is gone, has no address: all of them count as one. */
const NOWHERE = 'nowhere'

/** Without a budget. */
export const uncounted: FailedAttempts = { refuseExhausted: () => {}, note: () => {} }

/**
 * Counts refused credentials by address, in this process. All counts begin anew with each window, and addresses beyond
 * so many push out the oldest, so memory stays bounded. Nothing slides: who is refused here is not counted again.
 */
export function createFailedAttempts({ most, windowMs }: Rate, clock: Clock): FailedAttempts {
  const attempts = new LRUCache<string, number>({ max: MAX_ADDRESSES })
  let window = 0
  // So that a request costs nothing while nobody is.
  let exhausted = 0

  function enterWindow(nowMs: number): void {
    const current = Math.floor(nowMs / windowMs)
    if (current === window) return
    window = current
    exhausted = 0
    attempts.clear()
  }

  return {
    refuseExhausted(caller) {
      if (exhausted === 0) return
      const nowMs = clock.monotonicMs()
      enterWindow(nowMs)
      if (exhausted === 0 || caller === undefined) return
      const { address } = caller
      if ((attempts.get(originOf(address)) ?? 0) < most) return
      const retryAfterSeconds = Math.ceil(((window + 1) * windowMs - nowMs) / 1_000)
      throw new Refusal('attempts_exhausted', {
        ...(address === undefined ? {} : { address }),
        violatedPolicies: [FAILED_ATTEMPTS],
        retryAfterSeconds,
      })
    },
    note(caller) {
      // Code of the application asks, which counts for itself.
      if (caller === undefined) return
      enterWindow(clock.monotonicMs())
      const from = originOf(caller.address)
      const count = (attempts.get(from) ?? 0) + 1
      attempts.set(from, count)
      if (count === most) exhausted += 1
    },
  }
}

function originOf(address: string | undefined): string {
  return address === undefined ? NOWHERE : neighbourhoodOf(address)
}
