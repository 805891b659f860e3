import type { OwnerId } from '../key/host.js'
import type { JsonObject } from '../key/json.js'
import type { ApiKeyRow } from './api-key-row.js'

// What is asked of a client to show keys and to change them. Every WHERE has the tenant, or the hash of a secret that
// somebody holds.

export interface NewApiKeyRow<T extends OwnerId = OwnerId, U extends OwnerId = OwnerId> {
  id: string
  tenantId: T
  userId: U
  name: string
  keyPrefix: string
  keyHash: string
  scopes: string[]
  metadata: JsonObject
  expiresAt: Date | null
  createdAt: Date
  rotatedFromId: string | null
  familyId: string | null
  limits: string[]
  allowedCidrs: string[]
}

/** What may change in the life of a key. */
export interface ChangedApiKeyRow {
  name?: string
  scopes?: string[]
  metadata?: JsonObject
  expiresAt?: Date | null
  rotatedAt?: Date
  graceAfterUseMs?: number | null
  limits?: string[]
  allowedCidrs?: string[]
}

interface Contained {
  contains: string
  mode: 'insensitive'
}

/** Conditions that hold all together. */
export type PageCondition =
  | { OR: [{ createdAt: { lt: Date } }, { createdAt: Date; id: { lt: string } }] }
  | { OR: [{ name: Contained }, { keyPrefix: Contained }] }
  | { revokedAt: null | { not: null } }
  | { OR: [{ expiresAt: null }, { expiresAt: { gt: Date } }] }
  | { expiresAt: { lte: Date } }

interface PageArguments<T extends OwnerId, U extends OwnerId> {
  where: { tenantId: T; userId?: U; AND: PageCondition[] }
  orderBy: [{ createdAt: 'desc' }, { id: 'desc' }]
  take: number
}

export interface ChangeClient<T extends OwnerId = OwnerId, U extends OwnerId = OwnerId> {
  readonly apiKey: {
    findMany(args: PageArguments<T, U>): PromiseLike<readonly ApiKeyRow<T, U>[]>
    findFirst(args: {
      where: { id: string; tenantId: T } | { keyHash: string }
    }): PromiseLike<ApiKeyRow<T, U> | null>
    create(args: { data: NewApiKeyRow<T, U> }): PromiseLike<ApiKeyRow<T, U>>
    update(args: { where: { id: string; tenantId: T }; data: ChangedApiKeyRow }): PromiseLike<ApiKeyRow<T, U>>
  }
}
