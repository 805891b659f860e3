import { createImportTransactions } from '../../store/import-transaction.js'
import { chooseDatabase } from '../choose-client.js'
import { createImportKeys, type ImportKeys } from './import-keys.js'

export interface Importer {
  readonly importKeys: ImportKeys
  readonly close: () => Promise<void>
}

/** What a keyring needs to add keys, and no more: it authenticates nobody. */
export function createImporter(databaseUrl: string, limitMs: number): Importer {
  const { client, schema, prepare, disconnect } = chooseDatabase({ databaseUrl }, limitMs)
  const begin = createImportTransactions(client, schema, limitMs)
  return {
    importKeys: createImportKeys(async (work) => {
      // Where it fails, the first query tells why.
      await prepare().catch(() => {})
      return begin(work)
    }),
    close: disconnect,
  }
}
