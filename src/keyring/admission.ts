import type { Caller } from '../caller.js'
import type { Host } from '../key/host.js'
import type { Principal } from '../key/principal.js'
import type { LimitState } from '../limit-state.js'

/** A request that was let in. */
export interface Admission {
  readonly principal: Principal<Host>
  /** Whether its key was known without asking the database; `null` where that is not known. */
  readonly cached: boolean | null
  /** How the limits of its key stand; `null` without any. */
  readonly limits: readonly LimitState[] | null
  /** For whoever refuses it after all: what it took of its limits is given back. Answers how they stand then. */
  readonly refuse: () => readonly LimitState[] | null
}

/** A promise only where something has to be asked: most requests need not wait for the next tick. */
export type Admit = (
  secret: string,
  caller: Caller | undefined,
  /** Of the same request, which is not charged again when its key has to be looked up once more. */
  before?: Admission | null,
) => Admission | Promise<Admission>

/** For the middlewares of this package: what the public verbs do, with all that is known of a request's limits. */
export const admission = Symbol('express-api-keys.admission')

export interface Admitting {
  /** As `authenticate`. */
  readonly admit: Admit
  /** As `authenticateFresh`. */
  readonly admitFresh: Admit
}
