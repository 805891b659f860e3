import type { LoadKeys } from '../key/loaded-keys.js'
import { answerOrRefuse } from './answer-or-refuse.js'
import type { KeyClient, RawClient } from './client.js'
import { explainMisfit } from './misfit.js'
import type { NeededColumns } from './needed-columns.js'
import { createRecordsReader } from './rows.js'
import type { ProveTable } from './table-proof.js'
import type { InTransaction } from './transaction.js'

interface LoadKeysOptions {
  readonly client: RawClient
  readonly columns: NeededColumns
  readonly inTransaction: InTransaction<KeyClient>
  readonly proveTable: ProveTable
  readonly queryTimeoutMs: number
}

/** What a request needs: keys by their hashes, with their tenants and users. */
export function createLoadKeys(options: LoadKeysOptions): LoadKeys {
  const { client, columns, inTransaction, proveTable, queryTimeoutMs } = options
  const readRecords = createRecordsReader(columns.tenantOfUser)

  return async (keyHashes) => {
    const where = { keyHash: { in: [...keyHashes] } }
    const { rows, databaseMs } = await answerOrRefuse(queryTimeoutMs, () =>
      inTransaction(async ({ tx, databaseMs }) => ({
        databaseMs,
        rows: await tx.apiKey.findMany({ where, ...columns.query }),
      })).catch(explainMisfit),
    )
    const [first] = rows
    return {
      databaseMs,
      // Not in the transaction of the load, which a failure of this would end.
      unfit: first === undefined ? null : await proveTable(client, first),
      records: readRecords(rows),
    }
  }
}
