import type { Refusal, RefusalCode, RefusalFacts, RefusalReason } from './errors.js'

/** A request was refused. `reason` is the true one; `cause` is the error of the database, if it was one. */
export interface RefusedEvent extends RefusalFacts {
  readonly type: 'refused'
  readonly code: RefusalCode
  readonly reason: RefusalReason
  readonly cause?: unknown
}

/** What an observer can hear. Switch on `type`; later versions add members. */
export type ApiKeyEvent = RefusedEvent

/** Receives every event, synchronously. What it throws is swallowed: watching must not break a request. */
export type Observer = (event: ApiKeyEvent) => void

/** Contains an observer, also an async one, so that its failures reach nobody else. */
export function contained(onEvent: ((event: ApiKeyEvent) => unknown) | undefined): Observer {
  if (onEvent === undefined) return () => {}
  return (event) => {
    try {
      Promise.resolve(onEvent(event)).catch(() => {})
    } catch {}
  }
}

export function refusedEvent({ code, reason, facts, cause }: Refusal): RefusedEvent {
  return { type: 'refused', code, reason, ...facts, ...(cause === undefined ? {} : { cause }) }
}
