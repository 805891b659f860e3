import { ApiKeyError, Refusal } from '../errors.js'
import type { KeyRecord } from '../key/verdict.js'
import { withinTime } from '../time-limit.js'
import type { AnyApiKeyClient, KeyClient } from './client.js'
import { createEndedKeys, type EndedKeys } from './ended-keys.js'
import { createEventRows, type EventRows } from './event-rows.js'
import { createIdempotencyRows, type IdempotencyRows } from './idempotency-rows.js'
import { createKeyLocks, type KeyLocks } from './key-locks.js'
import { createKeyRows, type KeyOfTenant, type KeyRows } from './key-rows.js'
import { explainMisfit } from './misfit.js'
import { isOwnerMissing, MissingOwner } from './missing-owner.js'
import type { NeededColumns } from './needed-columns.js'
import { retryConflict } from './retry-conflict.js'
import { createRecordsReader } from './rows.js'
import { elsewhere, type ProveTable } from './table-proof.js'
import { createTransactions, type Opened } from './transaction.js'
import { createUsageRows, type UsageRows } from './usage-rows.js'
import { wrongOwnerId } from './wrong-owner-id.js'

/** Everything that a verb can ask and do, all of it or nothing. */
export interface KeyTransaction extends KeyRows, KeyLocks, EndedKeys, EventRows, IdempotencyRows, UsageRows {
  /** A key with its tenant and its user, to be judged as at a request. */
  findRecord(key: KeyOfTenant): Promise<KeyRecord | null>
  /** The database's time of day when the transaction began, in milliseconds since 1970. */
  readonly nowMs: number
}

/**
 * Runs work in one transaction. Any failure of the database is a `store_unavailable`, never "no such key". Throws
 * `MissingOwner`.
 */
export type InKeyTransaction = <T>(work: (keys: KeyTransaction) => Promise<T>) => Promise<T>

export interface KeyTransactionsOptions {
  readonly client: AnyApiKeyClient
  readonly schema: string
  readonly columns: NeededColumns
  readonly proveTable: ProveTable
  readonly queryTimeoutMs: number
  /** The hashes of keys that a transaction has changed, or may have. */
  readonly onChanged: (keyHashes: readonly string[]) => void
}

export function createKeyTransactions(options: KeyTransactionsOptions): InKeyTransaction {
  const { client, queryTimeoutMs, onChanged } = options
  const inTransaction = createTransactions(client, queryTimeoutMs, { isolationLevel: 'ReadCommitted' })

  return async (work) => {
    const changed = new Set<string>()
    const attempt = () =>
      inTransaction((opened) => work(openKeys(opened, options, changed))).catch(explainRefused)
    try {
      return await withinTime(queryTimeoutMs, retryConflict(attempt, queryTimeoutMs))
    } catch (error) {
      throw explain(error)
    } finally {
      // Also of one that failed: its commit may have arrived all the same.
      if (changed.size > 0) onChanged([...changed])
    }
  }
}

function explainRefused(error: unknown): never {
  const wrong = wrongOwnerId(error)
  if (wrong !== null) throw wrong
  return explainMisfit(error)
}

function explain(error: unknown): Error {
  if (error instanceof ApiKeyError) return error
  return isOwnerMissing(error) ? new MissingOwner(error) : new Refusal('store_failed', {}, error)
}

function openKeys(
  { tx, databaseMs }: Opened<KeyClient>,
  { schema, columns, proveTable }: Pick<KeyTransactionsOptions, 'schema' | 'columns' | 'proveTable'>,
  changed: Set<string>,
): KeyTransaction {
  const now = new Date(databaseMs)
  const rows = createKeyRows(tx, now)
  const ended = createEndedKeys(tx, schema, now)
  const locks = createKeyLocks(tx, schema)
  const readRecords = createRecordsReader(columns.tenantOfUser)
  return {
    nowMs: now.getTime(),
    ...rows,
    ...ended,
    ...locks,
    ...createEventRows(tx, schema, now),
    ...createIdempotencyRows(tx, schema, now),
    ...createUsageRows(tx, schema),
    async findRecord({ tenantId, id }) {
      const found = readRecords(await tx.apiKey.findMany({ where: { id, tenantId }, ...columns.query }))
      const [record = null] = found.values()
      if (record instanceof Refusal) throw record
      return record
    },
    async insert(key) {
      const apiKey = await rows.insert(key)
      // Its trail and its triggers would be those of another table.
      const unfit = await proveTable(tx, key)
      if (unfit !== null) throw unfit
      return apiKey
    },
    async lock(key) {
      const locked = await locks.lock(key)
      // The model chooses a schema by itself, and may have another one than the statements here.
      if (locked === null && (await rows.find(key)) !== null) throw elsewhere(schema)
      return locked
    },
    change(row, ...rest) {
      changed.add(row.keyHash)
      return rows.change(row, ...rest)
    },
    async findUnrevoked(asked) {
      const ids = await ended.findUnrevoked(asked)
      // Beyond a bound there may be others.
      if (ids.length > 0 || asked.bound !== undefined) return ids
      const [missed] = await rows.page({
        ...asked,
        status: 'active',
        text: undefined,
        after: undefined,
        limit: 1,
      })
      if (missed !== undefined) throw elsewhere(schema)
      return ids
    },
    async revoke(...asked) {
      const revoked = await ended.revoke(...asked)
      for (const { keyHash } of revoked) changed.add(keyHash)
      return revoked
    },
    async prune(...asked) {
      const pruned = await ended.prune(...asked)
      for (const { keyHash } of pruned) changed.add(keyHash)
      return pruned
    },
  }
}
