import { LRUCache } from 'lru-cache'
import type { Caller } from '../caller.js'
import type { Clock } from '../clock.js'
import { Refusal } from '../errors.js'
import { neighbourhoodOf } from '../key/address.js'
import type { Rate } from '../key/limit.js'
import { createTurns } from './turns.js'

/** Of which attempts are counted; about 100 bytes each. */
const MAX_ADDRESSES = 10_000

const FAILED_ATTEMPTS = 'failed-attempts'

export interface FailedAttempts {
  /** Throws for an address that has used up its attempts, whatever it brings now. */
  readonly refuseExhausted: (caller: Caller | undefined) => void
  readonly note: (caller: Caller | undefined) => void
  /**
   * For a look-up, and for the noting of what it finds. No more of an address are under way than it has attempts left,
   * so that many at once cannot go beyond them; the others wait. They are not refused: of a network behind one address,
   * any number of good keys may come at once that are not known yet.
   */
  readonly inTurn: <T>(caller: Caller | undefined, lookUp: () => Promise<T>) => Promise<T>
}

/** Who comes over a local socket, or is gone, has no address: all of them count as one. */
const NOWHERE = 'nowhere'

/** Without a budget. */
export const uncounted: FailedAttempts = {
  refuseExhausted: () => {},
  note: () => {},
  inTurn: (_, lookUp) => lookUp(),
}

/**
 * Counts refused credentials by address, in this process. All counts begin anew with each window, and addresses beyond
 * so many push out the oldest, so memory stays bounded. Nothing slides: who is refused here is not counted again.
 */
export function createFailedAttempts(
  { most, windowMs }: Rate,
  clock: Clock,
  queryTimeoutMs: number,
): FailedAttempts {
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

  const attemptsLeft = (origin: string) => most - (attempts.get(origin) ?? 0)
  const turns = createTurns(attemptsLeft, queryTimeoutMs)

  function refuseExhausted(caller: Caller | undefined): void {
    if (exhausted === 0) return
    const nowMs = clock.monotonicMs()
    enterWindow(nowMs)
    if (exhausted === 0 || caller === undefined) return
    const { address } = caller
    if (attemptsLeft(originOf(address)) > 0) return
    const retryAfterSeconds = Math.ceil(((window + 1) * windowMs - nowMs) / 1_000)
    throw new Refusal('attempts_exhausted', {
      ...(address === undefined ? {} : { address }),
      violatedPolicies: [FAILED_ATTEMPTS],
      retryAfterSeconds,
    })
  }

  return {
    refuseExhausted,
    note(caller) {
      // Code of the application asks, which counts for itself.
      if (caller === undefined) return
      enterWindow(clock.monotonicMs())
      const from = originOf(caller.address)
      const count = (attempts.get(from) ?? 0) + 1
      attempts.set(from, count)
      if (count === most) exhausted += 1
    },
    inTurn(caller, lookUp) {
      if (caller === undefined) return lookUp()
      return turns.inTurn(originOf(caller.address), () => {
        // Those before it may have used up the attempts.
        refuseExhausted(caller)
        return lookUp()
      })
    },
  }
}

function originOf(address: string | undefined): string {
  return address === undefined ? NOWHERE : neighbourhoodOf(address)
}
