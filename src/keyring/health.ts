import type { CoherenceHealth } from '../coherence/create-coherence.js'
import { lastingTrouble } from '../coherence/lasting-trouble.js'
import type { Feed } from '../feed.js'
import { toldOfFailure } from './trouble.js'

/** How a keyring fares; plain data, fit for a readiness probe: ready is who has `database: 'up'`. */
export interface KeyringHealth {
  /**
   * `up`: keys can be checked. `unfit`: it answers, but not what keys are checked by, as with missing tables or on a
   * replica. `down`: it does not answer, or the keyring is closed. In both of these every key gets 503.
   */
  readonly database: 'up' | 'unfit' | 'down'
  /** `fresh`: known keys are answered without a query. `lost`: every request asks. `off`: `cache: false`. */
  readonly lease: 'fresh' | 'lost' | 'off'
  /** How changes made elsewhere reach this process. */
  readonly feed: Feed
  /** Why this is no better. */
  readonly why: string
  /** What a person can do about it; absent where it mends itself. */
  readonly mend?: string
  readonly cachedKeys: number
  /** How many changes the database has counted; `null` while unknown. */
  readonly epoch: string | null
}

export const closedHealth: KeyringHealth = Object.freeze({
  database: 'down',
  lease: 'lost',
  feed: 'none',
  why: 'the keyring is closed',
  cachedKeys: 0,
  epoch: null,
})

/** Joins what a keyring knows of its changes with what asking the database failed with: `null` when it answered. */
export function healthOf(failure: unknown, coherence: CoherenceHealth): KeyringHealth {
  if (failure === null) return { database: 'up', ...coherence }
  const { mend: _, ...state } = coherence
  const database = lastingTrouble(failure) === null ? 'down' : 'unfit'
  return { database, ...state, ...toldOfFailure(failure) }
}
