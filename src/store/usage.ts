import type { RawClient, TransactionClient } from './client.js'
import { createGraceOfFirstUse } from './first-use.js'
import { requireRows } from './raw-rows.js'
import { createTransactions, type InTransaction } from './transaction.js'
import { findUnwrittenSql, writeLastUsedSql } from './usage-sql.js'

/** When keys were last used, by key id, in milliseconds since 1970. */
export type LastUses = ReadonlyMap<string, number>

/** Answers what is left for the next time, because somebody else is changing the key. */
export type WriteLastUses = (uses: LastUses) => Promise<LastUses>

/** At about 40 µs a row, a fifth of a second. */
const CHUNK = 5_000

/** Writes times of last use, and ends the grace of keys whose successors have been used. */
export function createUsageWriter(
  client: RawClient & TransactionClient<RawClient>,
  schema: string,
  limitMs: number,
): WriteLastUses {
  const inTransaction = createTransactions(client, limitMs)
  const writeChunk = createChunkWriter(inTransaction, schema)
  const endGrace = createGraceOfFirstUse(inTransaction, schema)

  return async (uses) => {
    const all = [...uses]
    const left: string[] = []
    for (let at = 0; at < all.length; at += CHUNK) {
      const { passedOver, awaited } = await writeChunk(all.slice(at, at + CHUNK))
      left.push(...passedOver)
      if (awaited.length > 0) left.push(...(await endGrace(awaited)))
    }
    return new Map(left.map((id) => [id, uses.get(id) ?? 0]))
  }
}

interface WrittenChunk {
  readonly passedOver: readonly string[]
  /** Keys whose predecessors wait for their first use. */
  readonly awaited: readonly string[]
}

function createChunkWriter(inTransaction: InTransaction<RawClient>, schema: string) {
  const write = writeLastUsedSql(schema)
  const findUnwritten = findUnwrittenSql(schema)

  return (uses: readonly [string, number][]): Promise<WrittenChunk> => {
    const asked = uses.map(([id, atMs]) => ({ id, at: new Date(atMs).toISOString() }))
    return inTransaction(async ({ tx }) => {
      const rows = requireRows(await tx.$queryRawUnsafe(write, JSON.stringify(asked)), isUsedRow)
      if (rows.length === asked.length) return toChunk(rows)
      const written = new Set(rows.map(({ id }) => id))
      const rest = asked.filter(({ id }) => !written.has(id))
      const unwritten = await tx.$queryRawUnsafe(findUnwritten, JSON.stringify(rest))
      return toChunk([...rows, ...requireRows(unwritten, isUsedRow)])
    })
  }
}

/** A key as a flush leaves it. */
interface UsedRow {
  readonly id: string
  readonly isPassedOver: boolean
  readonly isAwaited: boolean
}

function toChunk(rows: readonly UsedRow[]): WrittenChunk {
  return {
    passedOver: rows.filter(({ isPassedOver }) => isPassedOver).map(({ id }) => id),
    awaited: rows.filter(({ isAwaited }) => isAwaited).map(({ id }) => id),
  }
}

function isUsedRow(row: unknown): row is UsedRow {
  if (typeof row !== 'object' || row === null) return false
  if (!('id' in row && 'isPassedOver' in row && 'isAwaited' in row)) return false
  return (
    typeof row.id === 'string' && typeof row.isPassedOver === 'boolean' && typeof row.isAwaited === 'boolean'
  )
}
