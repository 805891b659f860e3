import type { KeyUse, KeyUses, WrittenUses } from '../key/use.js'
import type { RawClient, TransactionClient } from './client.js'
import { createGraceOfFirstUse } from './first-use.js'
import { requireRows } from './raw-rows.js'
import { createTransactions, type InTransaction } from './transaction.js'
import { findExistingSql, writeUsesSql } from './usage-sql.js'

export type WriteUses = (uses: KeyUses) => Promise<WrittenUses>

/** Writes how keys were used, all of it or nothing, and ends the grace of keys whose successors have been used. */
export function createUsageWriter(
  client: RawClient & TransactionClient<RawClient>,
  schema: string,
  queryTimeoutMs: number,
): WriteUses {
  const inTransaction = createTransactions(client, queryTimeoutMs)
  const writeAll = createUsesWriter(inTransaction, schema)
  const endGrace = createGraceOfFirstUse(inTransaction, schema)

  return async (uses) => {
    const { passedOver, awaited } = await writeAll([...uses])
    const left = new Map(passedOver.map((id) => [id, uses.get(id) ?? { lastUsedMs: 0, days: [] }]))
    // What is written must not be counted again: of a key that waits, its time alone is left.
    const leave = (waiting: readonly string[]) => {
      for (const id of waiting) left.set(id, { lastUsedMs: uses.get(id)?.lastUsedMs ?? 0, days: [] })
    }
    try {
      if (awaited.length > 0) leave(await endGrace(awaited))
    } catch (failure) {
      leave(awaited)
      return { left, failure }
    }
    return { left }
  }
}

interface Written {
  readonly passedOver: readonly string[]
  /** Keys whose predecessors wait for their first use. */
  readonly awaited: readonly string[]
}

function createUsesWriter(inTransaction: InTransaction<RawClient>, schema: string) {
  const write = writeUsesSql(schema)
  const findExisting = findExistingSql(schema)

  return (uses: readonly [string, KeyUse][]): Promise<Written> => {
    const used = uses.map(([id, { lastUsedMs }]) => ({
      id,
      at: lastUsedMs === 0 ? null : new Date(lastUsedMs).toISOString(),
    }))
    const counted = uses.flatMap(([id, { days }]) => days.map((day) => ({ id, ...day })))
    return inTransaction(async ({ tx }) => {
      const answer = await tx.$queryRawUnsafe(write, JSON.stringify(used), JSON.stringify(counted))
      const rows = requireRows(answer, isUsedRow)
      const awaited = rows.filter(({ isAwaited }) => isAwaited).map(({ id }) => id)
      if (rows.length === used.length) return { awaited, passedOver: [] }
      const written = new Set(rows.map(({ id }) => id))
      const rest = used.map(({ id }) => id).filter((id) => !written.has(id))
      const existing = requireRows(await tx.$queryRawUnsafe(findExisting, JSON.stringify(rest)), isUsedRow)
      return { awaited, passedOver: existing.map(({ id }) => id) }
    })
  }
}

/** A key as a flush leaves it. */
interface UsedRow {
  readonly id: string
  readonly isAwaited: boolean
}

function isUsedRow(row: unknown): row is UsedRow {
  if (typeof row !== 'object' || row === null) return false
  return 'id' in row && 'isAwaited' in row && typeof row.id === 'string' && typeof row.isAwaited === 'boolean'
}
