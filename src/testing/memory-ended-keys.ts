import type { NewAuditEvent } from '../key/audit-event.js'
import type { ApiKeyRow } from '../store/api-key-row.js'
import type { EndedKeys } from '../store/ended-keys.js'
import type { Trail } from '../store/event-rows.js'
import { lockedOf, type MemoryRows } from './memory-rows.js'
import { isSameId, type MemoryState } from './memory-state.js'

/** How keys end, and how they go, each with its line in the trail. */
export function endedKeys(
  rows: MemoryRows,
  usage: MemoryState['usage'],
  tell: (trail: Trail, event: NewAuditEvent) => void,
): EndedKeys {
  const { now, of, ofTenant, put } = rows
  return {
    async findFamily({ tenantId, familyId }) {
      const members = ofTenant(tenantId).filter((row) => lockedOf(row).familyId === familyId)
      return members.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id)
    },
    async findUnrevoked({ tenantId, userId, bound, limit }) {
      const live = ofTenant(tenantId).filter(({ revokedAt }) => revokedAt === null)
      const wanted = live
        .filter((row) => userId === undefined || isSameId(row.userId, userId))
        .filter(({ keyPrefix }) => bound?.has(keyPrefix) !== false)
      return wanted.map(({ id }) => id).slice(0, limit)
    },
    async revoke(trail, ids, revokedReason) {
      const asked = ids.flatMap((id) => of({ tenantId: trail.tenantId, id }) ?? [])
      return asked
        .filter(({ revokedAt }) => revokedAt === null)
        .map((row) => {
          const details = revokedReason === null ? {} : { reason: revokedReason }
          tell(trail, { apiKeyId: row.id, type: 'revoked', details })
          return lockedOf(put(row, { revokedAt: now, revokedReason }))
        })
    },
    async findEnded({ tenantId, before, limit }) {
      return ofTenant(tenantId)
        .filter((row) => hasEnded(row, before))
        .map(({ id }) => id)
        .slice(0, limit)
    },
    async prune(trail, ids, before) {
      const asked = ids.flatMap((id) => of({ tenantId: trail.tenantId, id }) ?? [])
      return asked
        .filter((row) => hasEnded(row, before))
        .map((row) => {
          const { id, name, keyPrefix, userId } = row
          tell(trail, { apiKeyId: id, type: 'pruned', details: { name, keyPrefix, userId: String(userId) } })
          rows.remove(id)
          usage.delete(id)
          return lockedOf(row)
        })
    },
  }
}

function hasEnded({ revokedAt, expiresAt }: ApiKeyRow, before: Date): boolean {
  // Of this very moment too: nothing here takes as long as a millisecond.
  return (revokedAt !== null && revokedAt <= before) || (expiresAt !== null && expiresAt <= before)
}
