import { createImportTransactions } from '../../store/import-transaction.js'
import { chooseDatabase } from '../choose-database.js'
import { createImportKeys, type ImportKeys } from './import-keys.js'

export interface Importer {
  readonly importKeys: ImportKeys
  readonly close: () => Promise<void>
}

/** What a keyring needs to add keys, and no more: it authenticates nobody. */
export function createImporter(databaseUrl: string, queryTimeoutMs: number): Importer {
  const { client, schema, prepare, disconnect } = chooseDatabase({ databaseUrl }, queryTimeoutMs)
  const begin = createImportTransactions(client, schema, queryTimeoutMs)
  return {
    importKeys: createImportKeys(async (work) => {
      // Where it fails, the first query tells why.
      await prepare().catch(() => {})
      return begin(work)
    }),
    close: disconnect,
  }
}
