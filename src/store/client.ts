// What a Prisma client must have to be accepted: an `ApiKey` model with the columns below and relations to its
// tenant and user. The types are structural, so a client generated from any schema with that model fits, and
// one without it does not compile.

/** The columns of `api_keys` as Prisma returns them. */
export interface ApiKeyRow {
  readonly id: string
  readonly tenantId: string
  readonly userId: string
  readonly name: string
  readonly keyPrefix: string
  readonly keyHash: string
  readonly scopes: unknown
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  readonly createdAt: Date
  readonly revokedAt: Date | null
}

export interface OwnedApiKeyRow extends ApiKeyRow {
  readonly tenant: { readonly id: string }
  readonly user: { readonly id: string; readonly tenantId?: string }
}

interface NewApiKeyRow {
  tenantId: string
  userId: string
  name: string
  keyPrefix: string
  keyHash: string
  scopes: string[]
  expiresAt: Date | null
}

interface ApiKeyPage {
  where: {
    tenantId: string
    userId?: string
    OR?: [{ createdAt: { lt: Date } }, { createdAt: Date; id: { lt: string } }]
  }
  orderBy: [{ createdAt: 'desc' }, { id: 'desc' }]
  take: number
}

interface ApiKeyDelegate {
  // Only by its unique hash: `findFirst` with an undefined filter would return somebody's key.
  findUnique(args: {
    where: { keyHash: string }
    include: { tenant: true; user: true }
  }): PromiseLike<OwnedApiKeyRow | null>
  findFirst(args: { where: { id: string; tenantId: string } }): PromiseLike<ApiKeyRow | null>
  findMany(args: ApiKeyPage): PromiseLike<readonly ApiKeyRow[]>
  create(args: { data: NewApiKeyRow }): PromiseLike<ApiKeyRow>
  updateMany(args: {
    where: { id: string; tenantId: string; revokedAt: null }
    data: { revokedAt: Date }
  }): PromiseLike<unknown>
}

/** Any generated Prisma client that has the `ApiKey` model. */
export interface ApiKeyClient {
  readonly apiKey: ApiKeyDelegate
}
