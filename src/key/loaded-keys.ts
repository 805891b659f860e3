import type { NeedsMending } from '../epoch.js'
import type { Refusal } from '../errors.js'
import type { KeyRecord } from './verdict.js'

/** What the database answered about hashes. */
export interface LoadedKeys {
  /** The keys that exist, by their hashes; a refusal in place of one whose row is corrupt. */
  readonly records: ReadonlyMap<string, KeyRecord | Refusal>
  /** The database's time of day when it began to answer. */
  readonly databaseMs: number
  /** Why none of this may be kept, although it is true now. */
  readonly unfit: NeedsMending | null
}

export type LoadKeys = (keyHashes: readonly string[]) => Promise<LoadedKeys>
