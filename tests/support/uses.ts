import { DAY_MS } from '../../src/clock.js'
import type { KeyUse } from '../../src/key/use.js'

/** One request with each of these keys, at this time. */
export function usesAt(ids: readonly string[], lastUsedMs: number): ReadonlyMap<string, KeyUse> {
  const days = [{ day: Math.floor(lastUsedMs / DAY_MS), requests: 1, refused: 0 }]
  return new Map(ids.map((id) => [id, { lastUsedMs, days }]))
}
