import type { OwnerId } from '../key/host.js'
import { isSameId } from './memory-state.js'

/** A tenant of a test; further fields come back as `req.tenant`. */
export interface MemoryTenant {
  readonly id: OwnerId
  readonly [field: string]: unknown
}

/** A user of a test; further fields come back as `req.user`. */
export interface MemoryUser {
  readonly id: OwnerId
  readonly tenantId: OwnerId
  readonly [field: string]: unknown
}

/** Tenants and users as an application has them. */
export interface MemoryOwners {
  /** `null` for a user that is none, or another tenant's. */
  find(
    tenantId: OwnerId,
    userId: OwnerId,
  ): { readonly tenant: MemoryTenant; readonly user: MemoryUser } | null
}

/** Where none are given, whichever is asked for is there. */
export function createMemoryOwners(
  tenants: readonly MemoryTenant[] | undefined,
  users: readonly MemoryUser[] | undefined,
): MemoryOwners {
  return {
    find(tenantId, userId) {
      const tenant =
        tenants === undefined ? { id: tenantId } : tenants.find(({ id }) => isSameId(id, tenantId))
      const user =
        users === undefined
          ? { id: userId, tenantId }
          : users.find(({ id, tenantId: of }) => isSameId(id, userId) && isSameId(of, tenantId))
      return tenant === undefined || user === undefined ? null : { tenant, user }
    },
  }
}
