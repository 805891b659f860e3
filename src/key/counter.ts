import type { OwnerId } from './host.js'

/** A number that counts what was spent in one window. */
export interface Counter {
  /** Of the window too: in the next one another counter counts. */
  readonly name: string
  /** Whose requests it counts: tenants take turns where there is more to count than can be asked at once. */
  readonly tenantId: OwnerId
  /** When it counts no more, in milliseconds since 1970; `null` never. */
  readonly endsAtMs: number | null
  /** How long its window is; `null` never ends. */
  readonly lengthMs: number | null
}

/** Where counters stand; several requests ask for one of them together. Any failure to count is thrown. */
export interface CounterStore {
  /** Adds so many, as far as there is room below `most`; answers how many there were before. */
  readonly take: (counter: Counter, most: number, count: number) => Promise<number>
  /** Takes so many away again, down to none. */
  readonly giveBack: (counter: Counter, count: number) => Promise<void>
  readonly read: (counter: Counter) => Promise<number>
}
