import type { Counter } from '../key/counter.js'

/** A request while its limits are asked, one after the other. */
export interface AskingRequest {
  /** How long it waits, by `performance.now()`. */
  readonly untilMs: number
  /** Whether others of these counters have counted it: it goes first then, or their work would be in vain. */
  readonly isBegun: boolean
}

/** What a request asks of counters. Any failure to count is thrown. */
export interface Counters {
  /** Adds one, unless there are this many; answers how many there were before. */
  readonly take: (counter: Counter, most: number, request: AskingRequest) => Promise<number>
  /** Takes one away again, where it was added; nobody waits for it. */
  readonly giveBack: (counter: Counter) => void
  readonly read: (counter: Counter) => Promise<number>
}

/** How many of those that were asked for had room. */
export function roomFor(count: number, before: number, most: number): number {
  return Math.min(count, Math.max(0, most - before))
}
