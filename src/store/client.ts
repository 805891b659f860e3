import type { OwnerId } from '../key/host.js'
import type { ApiKeyRow } from './api-key-row.js'
import type { ChangeClient } from './change-client.js'

// What a Prisma client must have to be accepted: an `ApiKey` model with the columns of `ApiKeyRow` and relations to
// its tenant and user. The types are structural, so a client generated from any schema with that model fits, and one
// without it does not compile. The package's other tables are its own, and are asked by raw queries. `T` and `U` are the
// types of the ids of tenants and users.

export interface OwnedApiKeyRow<T extends OwnerId = OwnerId, U extends OwnerId = OwnerId>
  extends ApiKeyRow<T, U> {
  /** Whatever the host's models have. */
  readonly tenant: object
  readonly user: object
}

/** Which columns of a tenant or a user are loaded: all, those too that are left out by default, or only some. */
export type OwnerColumns =
  | true
  | { readonly omit: Readonly<Record<string, false>> }
  | { readonly select: Readonly<Record<string, true>> }

interface LoadClient<T extends OwnerId, U extends OwnerId, OfTenant, OfUser> {
  readonly apiKey: {
    findMany(args: {
      where: { keyHash: { in: string[] } } | { id: string; tenantId: T }
      omit: { keyHash: false; limits: false; allowedCidrs: false }
      include: { tenant: OfTenant; user: OfUser }
    }): PromiseLike<readonly OwnedApiKeyRow<T, U>[]>
  }
}

/** What the model API has no words for; every generated client has it. */
export interface RawClient {
  $queryRawUnsafe(query: string, ...values: unknown[]): PromiseLike<unknown>
  $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>
}

/** Runs work on one connection, all of it or nothing. */
export interface TransactionClient<Inside> {
  $transaction<T>(
    work: (tx: Inside) => Promise<T>,
    limits: { maxWait: number; timeout: number; isolationLevel?: 'ReadCommitted' },
  ): Promise<T>
}

/** What is asked inside of a transaction. */
export type KeyClient<
  T extends OwnerId = OwnerId,
  U extends OwnerId = OwnerId,
  OfTenant = OwnerColumns,
  OfUser = OwnerColumns,
> = LoadClient<T, U, OfTenant, OfUser> & ChangeClient<T, U> & RawClient

/**
 * Any generated Prisma client that has the model `ApiKey` of this package. An intersection, because the compiler matches Prisma's
 * generic methods against one signature at a time, not against overloads.
 */
export type ApiKeyClient<
  T extends OwnerId = string,
  U extends OwnerId = string,
  OfTenant = true,
  OfUser = { omit: { tenantId: false } },
> = KeyClient<T, U, OfTenant, OfUser> & TransactionClient<KeyClient<T, U, OfTenant, OfUser>>

/** A client of whatever host: what it was given to go by, goes back to it. */
export type AnyApiKeyClient = ApiKeyClient<OwnerId, OwnerId, OwnerColumns, OwnerColumns>
