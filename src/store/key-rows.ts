import type { ApiKey } from '../key/api-key.js'
import type { Host, OwnerId } from '../key/host.js'
import type { JsonObject } from '../key/json.js'
import type { Limit } from '../key/limit.js'
import type { Scope } from '../key/scope.js'
import type { KeyStatus } from '../key/status.js'
import type { ChangeClient, PageCondition } from './change-client.js'
import type { LockedRow } from './locked-rows.js'
import { type LimitedKey, toApiKey, toLimitedKey } from './rows.js'
import { blameUser } from './wrong-owner-id.js'

/** A key of a tenant. Both are in every WHERE: another tenant's key is not found. */
export interface KeyOfTenant {
  readonly tenantId: OwnerId
  readonly id: string
}

export interface NewApiKey extends KeyOfTenant {
  readonly userId: OwnerId
  readonly name: string
  readonly keyPrefix: string
  readonly keyHash: string
  readonly scopes: readonly Scope[]
  readonly metadata: JsonObject
  readonly expiresAt: Date | null
  readonly rotatedFromId: string | null
  readonly familyId: string | null
  readonly limits: readonly Limit[] | null
  readonly allowedCidrs: readonly string[] | null
}

/** What is to change; nothing else does. */
export interface KeyChange {
  readonly name?: string
  readonly scopes?: readonly Scope[]
  readonly metadata?: JsonObject
  readonly expiresAt?: Date | null
  readonly rotatedAt?: Date
  readonly graceAfterUseMs?: number | null
  readonly limits?: readonly Limit[] | null
  readonly allowedCidrs?: readonly string[] | null
}

/** Where a page ends and the next begins. */
export interface PagePosition {
  readonly at: Date
  readonly id: string
}

export interface PageOfTenant {
  readonly tenantId: OwnerId
  readonly userId: OwnerId | undefined
  readonly status: KeyStatus | undefined
  /** In the name or the prefix, whatever the case. */
  readonly text: string | undefined
  readonly limit: number
  readonly after: PagePosition | undefined
}

/** The keys as they stand in a transaction. */
export interface KeyRows {
  find(key: KeyOfTenant): Promise<ApiKey<Host> | null>
  findLimited(key: KeyOfTenant): Promise<LimitedKey | null>
  /** Of whichever tenant: for who holds the secret. */
  findByHash(keyHash: string): Promise<ApiKey<Host> | null>
  page(page: PageOfTenant): Promise<readonly ApiKey<Host>[]>
  insert(key: NewApiKey): Promise<ApiKey<Host>>
  change(row: LockedRow, tenantId: OwnerId, change: KeyChange): Promise<ApiKey<Host>>
}

export function createKeyRows({ apiKey }: Pick<ChangeClient, 'apiKey'>, now: Date): KeyRows {
  return {
    async find({ id, tenantId }) {
      const row = await apiKey.findFirst({ where: { id, tenantId } })
      return row === null ? null : toApiKey(row)
    },

    async findLimited({ id, tenantId }) {
      const row = await apiKey.findFirst({ where: { id, tenantId } })
      return row === null ? null : toLimitedKey(row)
    },

    async findByHash(keyHash) {
      const row = await apiKey.findFirst({ where: { keyHash } })
      return row === null ? null : toApiKey(row)
    },

    async page({ tenantId, userId, limit, ...page }) {
      const asking = apiKey.findMany({
        where: { tenantId, ...(userId === undefined ? {} : { userId }), AND: conditionsOf(page, now) },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: limit,
      })
      return (await asking.then(undefined, blameUser(userId))).map(toApiKey)
    },

    async insert({ scopes, limits, allowedCidrs, ...key }) {
      const lists = {
        scopes: [...scopes],
        limits: [...(limits ?? [])],
        allowedCidrs: [...(allowedCidrs ?? [])],
      }
      const creating = apiKey.create({ data: { ...key, ...lists, createdAt: now } })
      return toApiKey(await creating.then(undefined, blameUser(key.userId)))
    },

    async change({ id }, tenantId, { scopes, limits, allowedCidrs, ...change }) {
      const data = {
        ...change,
        ...(scopes === undefined ? {} : { scopes: [...scopes] }),
        ...(limits === undefined ? {} : { limits: [...(limits ?? [])] }),
        ...(allowedCidrs === undefined ? {} : { allowedCidrs: [...(allowedCidrs ?? [])] }),
      }
      return toApiKey(await apiKey.update({ where: { id, tenantId }, data }))
    },
  }
}

function conditionsOf(
  { status, text, after }: Pick<PageOfTenant, 'status' | 'text' | 'after'>,
  now: Date,
): PageCondition[] {
  return [
    ...(status === undefined ? [] : conditionsOfStatus(status, now)),
    ...(text === undefined ? [] : [contains(text)]),
    ...(after === undefined ? [] : [olderThan(after)]),
  ]
}

/** The same as `keyStatus` says of a record. */
function conditionsOfStatus(status: KeyStatus, now: Date): PageCondition[] {
  if (status === 'revoked') return [{ revokedAt: { not: null } }]
  const ended: PageCondition =
    status === 'expired'
      ? { expiresAt: { lte: now } }
      : { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] }
  return [{ revokedAt: null }, ended]
}

/** Prisma hands wildcards of LIKE on as they are. */
function contains(text: string): PageCondition {
  const contained = { contains: text.replaceAll(/[\\%_]/g, '\\$&'), mode: 'insensitive' } as const
  return { OR: [{ name: contained }, { keyPrefix: contained }] }
}

/** By value, not by row: pages stay right when keys are added, and when the key at the edge is gone. */
function olderThan({ at, id }: PagePosition): PageCondition {
  return { OR: [{ createdAt: { lt: at } }, { createdAt: at, id: { lt: id } }] }
}
