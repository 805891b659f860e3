/** Requests with a key on one day, in UTC. */
export interface DayCount {
  /** Days since 1970. */
  readonly day: number
  readonly requests: number
  /** Those of them that were refused although the key is known: by its limits, its networks, a scope, or its end. */
  readonly refused: number
}

/** What is noted of a key's use and not written yet. */
export interface KeyUse {
  /** Milliseconds since 1970; 0 where its last use is not to be written. */
  readonly lastUsedMs: number
  readonly days: readonly DayCount[]
}

/** How a flush went that has written what it could. */
export interface WrittenUses {
  /** For the next time, because somebody else is changing the key, or what follows from its use could not be done. */
  readonly left: KeyUses
  /** What that failed with. */
  readonly failure?: unknown
}

/** By key id. */
export type KeyUses = ReadonlyMap<string, KeyUse>
