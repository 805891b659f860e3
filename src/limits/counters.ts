/** A number that counts what was spent in one window. */
export interface Counter {
  /** Of the window too: in the next one another counter counts. */
  readonly name: string
  /** When it counts no more, in milliseconds since 1970; `null` never. */
  readonly endsAtMs: number | null
  /** How long its window is; `null` never ends. */
  readonly lengthMs: number | null
}

/** Where counters stand. Any failure to count is thrown. */
export interface Counters {
  /** Adds one, unless there are this many; answers how many there were before. */
  readonly take: (counter: Counter, most: number) => Promise<number>
  /** Takes one away again. */
  readonly giveBack: (counter: Counter) => Promise<void>
  readonly read: (counter: Counter) => Promise<number>
}
