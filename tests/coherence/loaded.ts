import type { Found } from '../../src/coherence/batched-load.js'
import type { LoadedKeys } from '../../src/key/loaded-keys.js'
import type { KeyRecord } from '../../src/key/verdict.js'

/** An answer of a database in memory, whose clock is that of this process unless it is set. */
export function loaded(records: LoadedKeys['records'], databaseMs = Date.now()): LoadedKeys {
  return { records, databaseMs, unfit: null }
}

/** What a cache found, at once or later, without the time to judge it at. */
export function recordOf(
  found: KeyRecord | null | Promise<Found>,
): KeyRecord | null | Promise<KeyRecord | null> {
  return found instanceof Promise ? found.then(({ record }) => record) : found
}
