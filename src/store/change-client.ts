import type { JsonObject } from '../key/json.js'
import type { ApiKeyRow } from './api-key-row.js'

// What is asked of a client to show keys and to change them. Every WHERE has the tenant.

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
}

/** What may change in the life of a key. */
export interface ChangedApiKeyRow {
  name?: string
  scopes?: string[]
  metadata?: JsonObject
  expiresAt?: Date | null
  rotatedAt?: Date
  graceAfterUseMs?: number | null
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

export interface ApiKeyEventRow {
  readonly id: string
  readonly apiKeyId: string
  readonly type: string
  readonly at: Date
  readonly actorKind: string
  readonly actorId: string | null
  readonly actorAddress: string | null
  readonly details: unknown
}

export interface NewApiKeyEventRow {
  tenantId: string
  apiKeyId: string
  type: string
  at: Date
  actorKind: string
  actorId: string | null
  actorAddress: string | null
  details: JsonObject
}

interface EventPageArguments {
  where: {
    tenantId: string
    apiKeyId?: string
    OR?: [{ at: { lt: Date } }, { at: Date; id: { lt: string } }]
  }
  orderBy: [{ at: 'desc' }, { id: 'desc' }]
  take: number
}

export interface IdempotencyRow {
  tenantId: string
  idempotencyKeyHash: string
  requestDigest: string
  apiKeyId: string
  createdAt: Date
}

export interface ChangeClient {
  readonly apiKey: {
    findMany(args: PageArguments): PromiseLike<readonly ApiKeyRow[]>
    findFirst(args: { where: { id: string; tenantId: string } }): PromiseLike<ApiKeyRow | null>
    create(args: { data: NewApiKeyRow }): PromiseLike<ApiKeyRow>
    update(args: { where: { id: string; tenantId: string }; data: ChangedApiKeyRow }): PromiseLike<ApiKeyRow>
  }
  readonly apiKeyEvent: {
    createMany(args: { data: NewApiKeyEventRow[] }): PromiseLike<unknown>
    findMany(args: EventPageArguments): PromiseLike<readonly ApiKeyEventRow[]>
  }
  readonly apiKeyIdempotency: {
    createMany(args: { data: IdempotencyRow[]; skipDuplicates: true }): PromiseLike<{ count: number }>
    findMany(args: {
      where: { tenantId: string; idempotencyKeyHash: string }
    }): PromiseLike<readonly IdempotencyRow[]>
  }
}
