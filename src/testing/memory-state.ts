import type { AuditEvent } from '../key/audit-event.js'
import type { OwnerId } from '../key/host.js'
import type { OwnedApiKeyRow } from '../store/client.js'
import type { IdempotencyClaim } from '../store/idempotency-rows.js'

/** All that a database would hold. Rows are never changed: a change puts another in their place. */
export interface MemoryState {
  readonly keys: Map<string, OwnedApiKeyRow>
  /** As how many keys there were before each, those that are gone among them. */
  readonly positions: Map<string, number>
  readonly events: (AuditEvent & { readonly tenantId: OwnerId })[]
  readonly claims: Map<string, IdempotencyClaim>
  /** Requests and refusals, by key id and day. */
  readonly usage: Map<string, Map<number, { readonly requests: number; readonly refused: number }>>
}

export function emptyState(): MemoryState {
  return { keys: new Map(), positions: new Map(), events: [], claims: new Map(), usage: new Map() }
}

/** What a transaction that fails is taken back to; its use of keys it has none of, and its positions are nobody else's. */
export function copyOf({ keys, positions, events, claims, usage }: MemoryState): MemoryState {
  return { keys: new Map(keys), positions, events: [...events], claims: new Map(claims), usage }
}

/** Ids are told apart as a database would: by what they are, not by how they are written. */
export function isSameId(a: OwnerId, b: OwnerId): boolean {
  return String(a) === String(b)
}
