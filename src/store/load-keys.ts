import type { NeedsMending } from '../epoch.js'
import type { Refusal } from '../errors.js'
import type { KeyRecord } from '../key/verdict.js'
import { answerOrRefuse } from './answer-or-refuse.js'
import type { KeyClient, RawClient } from './client.js'
import { explainMisfit } from './misfit.js'
import type { NeededColumns } from './needed-columns.js'
import { createRecordsReader } from './rows.js'
import type { ProveTable } from './table-proof.js'
import type { InTransaction } from './transaction.js'

/** What the database answered about hashes. */
export interface LoadedKeys {
  /** The keys that exist; a refusal in place of one whose row is corrupt. */
  readonly records: ReadonlyMap<string, KeyRecord | Refusal>
  /** The database's time of day when it began to answer. */
  readonly databaseMs: number
  /** Why none of this may be kept, although it is true now. */
  readonly unfit: NeedsMending | null
}

export type LoadKeys = (keyHashes: readonly string[]) => Promise<LoadedKeys>

interface LoadKeysOptions {
  readonly client: RawClient
  readonly columns: NeededColumns
  readonly inTransaction: InTransaction<KeyClient>
  readonly proveTable: ProveTable
  readonly limitMs: number
}

/** What a request needs: keys by their hashes, with their tenants and users. */
export function createLoadKeys(options: LoadKeysOptions): LoadKeys {
  const { client, columns, inTransaction, proveTable, limitMs } = options
  const readRecords = createRecordsReader(columns.tenantOfUser)

  return async (keyHashes) => {
    const where = { keyHash: { in: [...keyHashes] } }
    const { rows, databaseMs } = await answerOrRefuse(limitMs, () =>
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
