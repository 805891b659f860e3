import type { Counter } from '../key/counter.js'

/** What a request asks of counters. Any failure to count is thrown. */
export interface Counters {
  /** Adds one, unless there are this many; answers how many there were before. Waits until then, by `performance.now()`. */
  readonly take: (counter: Counter, most: number, untilMs: number) => Promise<number>
  /** Takes one away again, where it was added; nobody waits for it. */
  readonly giveBack: (counter: Counter) => void
  readonly read: (counter: Counter) => Promise<number>
}

/** How many of those that were asked for had room. */
export function roomFor(count: number, before: number, most: number): number {
  return Math.min(count, Math.max(0, most - before))
}
