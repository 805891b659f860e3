import { compileGrants } from '../../src/key/grants.js'
import type { KeyRecord } from '../../src/key/verdict.js'

/** A living key, told apart by its id. */
export function keyRecord(id: string, more: Partial<KeyRecord> = {}): KeyRecord {
  const apiKey = {
    id,
    tenantId: 'tenant',
    userId: 'user',
    name: 'CI',
    keyPrefix: 'ak_8fK2',
    scopes: [],
    limits: null,
    allowedCidrs: null,
    metadata: {},
    expiresAt: null,
    lastUsedAt: null,
    createdAt: new Date(0),
    rotatedFromId: null,
    rotatedAt: null,
    revokedAt: null,
    revokedReason: null,
    version: 1,
  }
  const principal = { apiKey, tenant: { id: 'tenant' }, user: { id: 'user' }, grants: compileGrants([]) }
  const judged = { expiresAtMs: null, isRevoked: false, ownerMoved: false }
  const limited = { limits: null, networks: null, familyId: id }
  return { principal, ...judged, ...limited, lastUsedMs: 0, ...more }
}
