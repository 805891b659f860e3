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
  readonly user: { readonly id: string; readonly tenantId: string }
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

interface PageArguments {
  where: {
    tenantId: string
    userId?: string
    OR?: [{ createdAt: { lt: Date } }, { createdAt: Date; id: { lt: string } }]
  }
  orderBy: [{ createdAt: 'desc' }, { id: 'desc' }]
  take: number
}

interface LoadClient {
  readonly apiKey: {
    findMany(args: {
      where: { keyHash: { in: string[] } }
      omit: { keyHash: false }
      include: { tenant: { omit: { id: false } }; user: { omit: { id: false; tenantId: false } } }
    }): PromiseLike<readonly OwnedApiKeyRow[]>
  }
}

interface ManageClient {
  readonly apiKey: {
    findMany(args: PageArguments): PromiseLike<readonly ApiKeyRow[]>
    findFirst(args: { where: { id: string; tenantId: string } }): PromiseLike<ApiKeyRow | null>
    create(args: { data: NewApiKeyRow }): PromiseLike<ApiKeyRow>
    updateMany(args: {
      where: { id: string; tenantId: string; revokedAt: null }
      data: { revokedAt: Date }
    }): PromiseLike<unknown>
  }
}

/** What the model API has no words for; every generated client has it. */
export interface RawClient {
  $queryRawUnsafe(query: string, ...values: unknown[]): PromiseLike<unknown>
  $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>
}

/** Runs work on one connection, all of it or nothing. */
export interface TransactionClient<Inside> {
  $transaction<T>(work: (tx: Inside) => Promise<T>, limits: { maxWait: number; timeout: number }): Promise<T>
}

/** What is asked inside of a transaction. */
export type KeyClient = LoadClient & ManageClient & RawClient

/**
 * Any generated Prisma client that has the `ApiKey` model. An intersection, because the compiler matches Prisma's
 * generic methods against one signature at a time, not against overloads.
 */
export type ApiKeyClient = KeyClient & TransactionClient<KeyClient>
