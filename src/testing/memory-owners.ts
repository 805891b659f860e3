import { InvalidInput } from '../errors.js'
import type { OwnerId } from '../key/host.js'
import { isOwnerId } from '../keyring/input.js'
import { invalidOption } from '../options.js'
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

/** Where none are given, whichever is asked for is there. Throws `invalid_option`, and `find` `invalid_input`. */
export function createMemoryOwners(
  factory: string,
  tenants: readonly MemoryTenant[] | undefined,
  users: readonly MemoryUser[] | undefined,
): MemoryOwners {
  requireOwners(factory, tenants, users)
  return {
    find(tenantId, userId) {
      requireSameType('tenantId', tenantId, tenants?.[0]?.id ?? users?.[0]?.tenantId)
      requireSameType('userId', userId, users?.[0]?.id)
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

function requireOwners(
  factory: string,
  tenants: readonly MemoryTenant[] | undefined,
  users: readonly MemoryUser[] | undefined,
): void {
  if (!isListOf(tenants, ['id'])) {
    throw invalidOption(factory, 'tenants', 'must be a list of tenants, each with an "id"')
  }
  if (!isListOf(users, ['id', 'tenantId'])) {
    throw invalidOption(factory, 'users', 'must be a list of users, each with an "id" and a "tenantId"')
  }
  const homeless = users?.find((user) => tenants?.every(({ id }) => id !== user.tenantId) === true)
  if (homeless !== undefined) {
    throw invalidOption(
      factory,
      'users',
      `has a user of the tenant "${homeless.tenantId}", which "tenants" has not`,
    )
  }
}

function isListOf(owners: unknown, fields: readonly string[]): boolean {
  if (owners === undefined) return true
  return (
    Array.isArray(owners) && owners.every((owner) => fields.every((field) => isOwnerId(Object(owner)[field])))
  )
}

/** A database would not take `'1'` for `1`, nor would the compiler, had it been told. */
function requireSameType(field: string, given: OwnerId, known: OwnerId | undefined): void {
  if (known === undefined || typeof given === typeof known) return
  throw new InvalidInput(
    field,
    `must be a ${typeof known}, as such ids are in the tenants and users of the keyring`,
  )
}
