import type { OwnerId } from '../key/host.js'
import type { ApiKeyRow } from '../store/api-key-row.js'
import type { OwnedApiKeyRow } from '../store/client.js'
import type { KeyOfTenant } from '../store/key-rows.js'
import type { LockedRow } from '../store/locked-rows.js'
import { isSameId, type MemoryState } from './memory-state.js'

/** The rows of keys, as the verbs look at them and change them. */
export interface MemoryRows {
  readonly now: Date
  of(key: KeyOfTenant): OwnedApiKeyRow | null
  ofTenant(tenantId: OwnerId): OwnedApiKeyRow[]
  /** A change that counts as one. */
  put(row: OwnedApiKeyRow, change: Partial<ApiKeyRow>): OwnedApiKeyRow
  /** A successor then comes from none that is known. */
  remove(id: string): void
}

export function memoryRows(keys: MemoryState['keys'], now: Date): MemoryRows {
  return {
    now,
    of({ tenantId, id }) {
      const row = keys.get(id)
      return row !== undefined && isSameId(row.tenantId, tenantId) ? row : null
    },
    ofTenant: (tenantId) => [...keys.values()].filter((row) => isSameId(row.tenantId, tenantId)),
    put(row, change) {
      const changed = { ...row, ...change, version: row.version + 1 }
      keys.set(row.id, changed)
      return changed
    },
    remove(id) {
      keys.delete(id)
      for (const row of keys.values())
        if (row.rotatedFromId === id) keys.set(row.id, { ...row, rotatedFromId: null })
    },
  }
}

export function lockedOf({ id, keyHash, familyId }: ApiKeyRow): LockedRow {
  return { id, keyHash, familyId: familyId ?? id }
}
