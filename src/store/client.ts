import type { ApiKeyRow } from './api-key-row.js'
import type { ChangeClient } from './change-client.js'

// What a Prisma client must have to be accepted: an `ApiKey` model with the columns of `ApiKeyRow` and relations to
// its tenant and user. The types are structural, so a client generated from any schema with that model fits, and one
// without it does not compile. The package's other tables are its own, and are asked by raw queries.

export interface OwnedApiKeyRow extends ApiKeyRow {
  readonly tenant: { readonly id: string }
  readonly user: { readonly id: string; readonly tenantId: string }
}

interface LoadClient {
  readonly apiKey: {
    findMany(args: {
      where: { keyHash: { in: string[] } } | { id: string; tenantId: string }
      omit: { keyHash: false; limits: false; allowedCidrs: false }
      include: { tenant: { omit: { id: false } }; user: { omit: { id: false; tenantId: false } } }
    }): PromiseLike<readonly OwnedApiKeyRow[]>
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
export type KeyClient = LoadClient & ChangeClient & RawClient

/**
 * Any generated Prisma client that has the model `ApiKey` of this package. An intersection, because the compiler matches Prisma's
 * generic methods against one signature at a time, not against overloads.
 */
export type ApiKeyClient = KeyClient & TransactionClient<KeyClient>
