import { ApiKeyError, Refusal } from '../errors.js'
import type { AnyApiKeyClient } from './client.js'
import { createEventRows, type EventRows } from './event-rows.js'
import { createImportedKeys, type ImportedKeys } from './imported-keys.js'
import { explainMisfit } from './misfit.js'
import { createTransactions } from './transaction.js'

/** What an import can ask and do, all of it or nothing. */
export interface ImportTransaction extends ImportedKeys, Pick<EventRows, 'record'> {
  /** The database's time of day when the transaction began, in milliseconds since 1970. */
  readonly nowMs: number
}

/** Runs work in one transaction. Any failure of the database is a `store_unavailable`. */
export type InImportTransaction = <T>(work: (keys: ImportTransaction) => Promise<T>) => Promise<T>

export function createImportTransactions(
  client: AnyApiKeyClient,
  schema: string,
  queryTimeoutMs: number,
): InImportTransaction {
  const inTransaction = createTransactions(client, queryTimeoutMs, { isolationLevel: 'ReadCommitted' })
  return (work) =>
    inTransaction(({ tx, databaseMs }) => {
      const now = new Date(databaseMs)
      const { record } = createEventRows(tx, schema, now)
      return work({ nowMs: now.getTime(), record, ...createImportedKeys(tx, schema, now) })
    })
      .catch(explainMisfit)
      .catch((error: unknown) => {
        throw error instanceof ApiKeyError ? error : new Refusal('store_failed', {}, error)
      })
}
