import { NeedsMending } from '../epoch.js'
import { withinTime } from '../time-limit.js'
import type { RawClient, TransactionClient } from './client.js'
import { requireRows } from './raw-rows.js'

/** A replica answers late: a key that it calls alive may have been revoked since, and its epoch renews no lease. */
export function replicaRead(): NeedsMending {
  return new NeedsMending(
    'the database is a read replica',
    'give the keyring the primary, which alone knows the truth',
  )
}

/** Inside of a transaction: the client to ask with, and the database's time of day when it began. */
export interface Opened<Client> {
  readonly tx: Client
  readonly databaseMs: number
}

export type InTransaction<Client> = <T>(work: (opened: Opened<Client>) => PromiseLike<T>) => Promise<T>

export interface TransactionOptions {
  /** Whatever the database's default is: a change that has waited for a lock must see what it waited for. */
  readonly isolationLevel?: 'ReadCommitted'
}

/**
 * Runs work in one transaction on the primary. One connection answers all of it, so neither an extension nor a pool
 * can have a part answered by a replica; and the server itself ends each statement at the limit. Without that, a query
 * that was given up here would go on there, and a slow database would drown in them. Transaction-local, because a
 * pooler may hand the connection to anybody afterwards.
 */
export function createTransactions<Client extends RawClient>(
  client: TransactionClient<Client>,
  queryTimeoutMs: number,
  isolation: TransactionOptions = {},
): InTransaction<Client> {
  const begin = `SELECT set_config('statement_timeout', '${queryTimeoutMs}', true) AS "limit",
    pg_is_in_recovery() AS "isReplica", (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "databaseMs"`

  return (work) =>
    withinTime(
      queryTimeoutMs,
      client.$transaction(
        async (tx) => {
          const { isReplica, databaseMs } = beginningOf(await tx.$queryRawUnsafe(begin))
          if (isReplica) throw replicaRead()
          return work({ tx, databaseMs })
        },
        { maxWait: queryTimeoutMs, timeout: queryTimeoutMs, ...isolation },
      ),
    )
}

/** For work that only reads: its answer does not wait for the end of the transaction, which decides nothing. */
export function answeringEarly<Client>(inTransaction: InTransaction<Client>): InTransaction<Client> {
  return (work) =>
    new Promise((resolve, reject) => {
      inTransaction(async (opened) => resolve(await work(opened))).catch(reject)
    })
}

interface Beginning {
  readonly isReplica: boolean
  readonly databaseMs: number
}

function beginningOf(rows: unknown): Beginning {
  const [beginning] = requireRows(rows, isBeginning)
  if (beginning === undefined) throw new Error('the client answered a raw query with no row')
  return beginning
}

function isBeginning(row: unknown): row is Beginning {
  return (
    typeof row === 'object' &&
    row !== null &&
    'isReplica' in row &&
    typeof row.isReplica === 'boolean' &&
    'databaseMs' in row &&
    typeof row.databaseMs === 'number'
  )
}
