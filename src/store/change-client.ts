import type { JsonObject } from '../key/json.js'
import type { ApiKeyRow } from './api-key-row.js'

// What is asked of a client to show keys and to change them. Every WHERE has the tenant, or the hash of a secret that
// somebody holds.

export interface NewApiKeyRow {
  id: string
  tenantId: string
  userId: string
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

interface PageArguments {
  where: { tenantId: string; userId?: string; AND: PageCondition[] }
  orderBy: [{ createdAt: 'desc' }, { id: 'desc' }]
  take: number
}

export interface ChangeClient {
  readonly apiKey: {
    findMany(args: PageArguments): PromiseLike<readonly ApiKeyRow[]>
    findFirst(args: {
      where: { id: string; tenantId: string } | { keyHash: string }
    }): PromiseLike<ApiKeyRow | null>
    create(args: { data: NewApiKeyRow }): PromiseLike<ApiKeyRow>
    update(args: { where: { id: string; tenantId: string }; data: ChangedApiKeyRow }): PromiseLike<ApiKeyRow>
  }
}
