import type { Refusal, RefusalFacts, RefusalReason } from './errors.js'
import type { FeedState } from './feed.js'
import type { RefusalCode } from './responses.js'

/** A request was refused. */
export interface RefusedEvent extends RefusalFacts {
  readonly type: 'refused'
  /** What the client was told. */
  readonly code: RefusalCode
  /** The true reason. */
  readonly reason: RefusalReason
  /** How long `apiKeyAuth` waited for the database or for counters, in milliseconds; absent when it did not. */
  readonly waitedMs?: number
  /** The error of the database, where it was one. Its text may name hosts and users. */
  readonly cause?: unknown
}

/** A request was admitted. */
export interface AuthenticatedEvent {
  readonly type: 'authenticated'
  readonly apiKeyId: string
  readonly keyPrefix: string
  readonly tenantId: string
  readonly userId: string
  /** Whether its key was known without asking the database; `null` from a keyring that the host has wrapped. */
  readonly cached: boolean | null
  /** How long the request waited for the database or for counters, in milliseconds; absent when it did not. */
  readonly waitedMs?: number
}

/** Answers that were kept have been forgotten: those of some keys because they changed, or all of them. */
export interface CacheFlushedEvent {
  readonly type: 'cache_flushed'
  /** How many were forgotten. */
  readonly keys: number | 'all'
  /**
   * `changed`: these keys were changed, here or elsewhere. `first_reading`: the process has begun to hear of changes.
   * `missed_change`: a heartbeat tells of changes that were not announced. `unexpected_announcement`: one that does
   * not follow on what is known. `reconnected`: announcements come over a new connection. `clock_jumped`: time was lost,
   * as when a machine slept.
   */
  readonly why:
    | 'changed'
    | 'first_reading'
    | 'missed_change'
    | 'unexpected_announcement'
    | 'reconnected'
    | 'clock_jumped'
}

/** From now on every request asks the database, until the lease is regained. */
export interface LeaseLostEvent {
  readonly type: 'lease_lost'
  /** What the last heartbeat failed with. */
  readonly cause: unknown
}

/** From now on known keys are answered from memory again. */
export interface LeaseRegainedEvent {
  readonly type: 'lease_regained'
}

/** How changes made elsewhere reach this process from now on. */
export interface FeedChangedEvent extends FeedState {
  readonly type: 'feed_changed'
}

/** Times of last use could not be written; they are kept for the next try. */
export interface UsageFlushFailedEvent {
  readonly type: 'usage_flush_failed'
  /** How many keys have a time that is not written. */
  readonly keys: number
  readonly cause: unknown
}

/** `rates`: limits such as `10/s`. `quotas`: limits such as `5000/day`. */
export type CounterKind = 'rates' | 'quotas'

/** The counters of limits do not answer, or are asked for more than they can; what happens then is `limits.onCountersLost`. */
export interface CountersLostEvent {
  readonly type: 'counters_lost'
  readonly counters: CounterKind
  readonly cause: unknown
}

/** The counters answer again. */
export interface CountersRegainedEvent {
  readonly type: 'counters_regained'
  readonly counters: CounterKind
}

/** Keys hold scopes that `defineScopes()` does not name; told once, of the first keys that are found. */
export interface UnknownScopesEvent {
  readonly type: 'unknown_scopes'
  readonly scopes: readonly string[]
}

/** What an observer can hear. Switch on `type`; later versions add members. */
export type ApiKeyEvent =
  | RefusedEvent
  | AuthenticatedEvent
  | CacheFlushedEvent
  | LeaseLostEvent
  | LeaseRegainedEvent
  | FeedChangedEvent
  | UsageFlushFailedEvent
  | CountersLostEvent
  | CountersRegainedEvent
  | UnknownScopesEvent

/** Receives every event, synchronously. What it throws is swallowed: watching must not break a request. */
export type Observer = (event: ApiKeyEvent) => void

/**
 * Contains an observer, also an async one, so that its failures reach nobody else. Whatever it returns is waited
 * for as `await` would: promises come from many libraries, and a query of Prisma's starts only then.
 */
export function contained(onEvent: (event: ApiKeyEvent) => unknown): Observer {
  return (event) => {
    try {
      const outcome = onEvent(event)
      if (isObject(outcome)) Promise.resolve(outcome).then(undefined, () => {})
    } catch {}
  }
}

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

export function refusedEvent({ code, reason, facts, cause }: Refusal, waitedMs?: number): RefusedEvent {
  return {
    ...{ type: 'refused', code, reason, ...facts },
    ...(waitedMs === undefined ? {} : { waitedMs }),
    ...(cause === undefined ? {} : { cause }),
  }
}
