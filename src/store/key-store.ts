import { ApiKeyError } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import type { Scope } from '../key/scope.js'
import { answerOrRefuse } from './answer-or-refuse.js'
import type { ApiKeyClient } from './client.js'
import { retryConflict } from './retry-conflict.js'
import { toApiKey } from './rows.js'

export interface NewApiKey {
  readonly tenantId: string
  readonly userId: string
  readonly name: string
  readonly keyPrefix: string
  readonly keyHash: string
  readonly scopes: readonly Scope[]
  readonly expiresAt: Date | null
}

/** A key of a tenant. Both are in every WHERE: another tenant's key is not found. */
export interface KeyOfTenant {
  readonly tenantId: string
  readonly id: string
}

/** Where a page ends and the next begins. */
export interface PagePosition {
  readonly createdAt: Date
  readonly id: string
}

export interface PageOfTenant {
  readonly tenantId: string
  readonly userId: string | undefined
  readonly limit: number
  readonly after: PagePosition | undefined
}

/** The database as the rest of the package knows it. Any failure is a `store_unavailable`, never "no such key". */
export interface KeyStore {
  ping(): Promise<'up' | 'down'>
  insert(key: NewApiKey): Promise<ApiKey>
  find(key: KeyOfTenant): Promise<ApiKey | null>
  page(page: PageOfTenant): Promise<readonly ApiKey[]>
  /** Ends a key now, unless it has ended already. */
  revoke(key: KeyOfTenant, at: Date): Promise<void>
}

export function createKeyStore(client: ApiKeyClient, queryTimeoutMs: number): KeyStore {
  const run = <T>(query: () => PromiseLike<T>) => answerOrRefuse(queryTimeoutMs, query)

  return {
    ping() {
      return run(() => client.$queryRawUnsafe('SELECT 1')).then(
        () => 'up',
        () => 'down',
      )
    },

    async insert({ scopes, ...key }) {
      const data = { ...key, scopes: [...scopes] }
      return toApiKey(await run(() => client.apiKey.create({ data }).then(undefined, explainOwner)))
    },

    async find({ id, tenantId }) {
      const row = await run(() => client.apiKey.findFirst({ where: { id, tenantId } }))
      return row === null ? null : toApiKey(row)
    },

    async page({ tenantId, userId, limit, after }) {
      const rows = await run(() =>
        client.apiKey.findMany({
          where: {
            tenantId,
            ...(userId === undefined ? {} : { userId }),
            ...(after === undefined ? {} : { OR: olderThan(after) }),
          },
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
          take: limit,
        }),
      )
      return rows.map(toApiKey)
    },

    async revoke({ id, tenantId }, at) {
      const where = { id, tenantId, revokedAt: null }
      await run(() => retryConflict(() => client.apiKey.updateMany({ where, data: { revokedAt: at } })))
    },
  }
}

/** By value, not by row: pages stay right when keys are added, and when the key at the edge is gone. */
function olderThan({ createdAt, id }: PagePosition) {
  return [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] as [
    { createdAt: { lt: Date } },
    { createdAt: Date; id: { lt: string } },
  ]
}

/** P2003 is a foreign key without its row: no such tenant, no such user, or a user of another tenant. */
function explainOwner(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'P2003') {
    throw new ApiKeyError('invalid_input', 'userId: there is no such user in the tenant of tenantId', {
      cause: error,
    })
  }
  throw error
}
