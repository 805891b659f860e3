import type { HandlerFacts } from '../handler-facts.js'
import type { Layer } from './layers.js'

/** A handler of this package that stands in a request's way. */
export interface Encounter {
  readonly facts: HandlerFacts
  /**
   * Whether a handler of errors comes after it. While an error is under way, Express skips all others; and that one may
   * let the request go on, which then has met no guard.
   */
  readonly isSkippable: boolean
}

export function handlesErrors({ handle }: Layer): boolean {
  return handle.length === 4
}
