import type { RawClient, TransactionClient } from './client.js'
import { createGraceOfFirstUse } from './first-use.js'
import { qualified } from './sql.js'
import { createTransactions } from './transaction.js'

/** When keys were last used, by key id, in milliseconds since 1970. */
export type LastUses = ReadonlyMap<string, number>

/** Answers what could not be written because somebody else is changing the key: for the next time. */
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
  const endGrace = createGraceOfFirstUse(inTransaction, schema)
  const sql = writeLastUsedSql(schema)

  async function write(uses: readonly [string, number][]): Promise<readonly string[]> {
    const rows = JSON.stringify(uses.map(([id, atMs]) => ({ id, at: new Date(atMs).toISOString() })))
    const left = toLeftRows(await inTransaction(({ tx }) => tx.$queryRawUnsafe(sql, rows)))
    const skipped = left.filter(({ isSkipped }) => isSkipped).map(({ id }) => id)
    const awaited = left.filter(({ isAwaited }) => isAwaited).map(({ id }) => id)
    return awaited.length === 0 ? skipped : [...skipped, ...(await endGrace(awaited))]
  }

  return async (uses) => {
    const all = [...uses]
    const left: string[] = []
    for (let at = 0; at < all.length; at += CHUNK) left.push(...(await write(all.slice(at, at + CHUNK))))
    return new Map(left.map((id) => [id, uses.get(id) ?? 0]))
  }
}

/**
 * One statement for all keys of a chunk. A time never goes backwards, whoever flushes later. A row that somebody
 * changes is passed over: to wait for it while holding others could deadlock with a transaction of the host's.
 * Answers the keys that were passed over, and those that a predecessor waits for.
 */
function writeLastUsedSql(schema: string): string {
  const table = qualified('api_keys', schema)
  const isDue = '("k"."last_used_at" IS NULL OR "k"."last_used_at" < "used"."at")'
  return `WITH "used" AS (
      SELECT "id", "at" FROM jsonb_to_recordset($1::jsonb) AS "u"("id" uuid, "at" timestamptz)
    ), "locked" AS (
      SELECT "k"."id", "used"."at" FROM ${table} "k" JOIN "used" ON "used"."id" = "k"."id"
      WHERE ${isDue} ORDER BY "k"."id" FOR NO KEY UPDATE OF "k" SKIP LOCKED
    ), "written" AS (
      UPDATE ${table} "k" SET "last_used_at" = "locked"."at" FROM "locked" WHERE "k"."id" = "locked"."id"
      RETURNING "k"."id"
    ), "seen" AS (
      SELECT "k"."id", "written"."id" IS NULL AND ${isDue} AS "isSkipped", "p"."id" IS NOT NULL AS "isAwaited"
      FROM "used" JOIN ${table} "k" ON "k"."id" = "used"."id" LEFT JOIN "written" ON "written"."id" = "k"."id"
        LEFT JOIN ${table} "p" ON "p"."id" = "k"."rotated_from_id" AND "p"."grace_after_use_ms" IS NOT NULL
    )
    SELECT "id"::text AS "id", "isSkipped", "isAwaited" FROM "seen" WHERE "isSkipped" OR "isAwaited"`
}

interface LeftRow {
  readonly id: string
  readonly isSkipped: boolean
  readonly isAwaited: boolean
}

function toLeftRows(rows: unknown): readonly LeftRow[] {
  if (Array.isArray(rows) && rows.every(isLeftRow)) return rows
  throw new Error('the client answered a raw query with something else than its rows')
}

function isLeftRow(row: unknown): row is LeftRow {
  if (typeof row !== 'object' || row === null) return false
  if (!('id' in row && 'isSkipped' in row && 'isAwaited' in row)) return false
  return (
    typeof row.id === 'string' && typeof row.isSkipped === 'boolean' && typeof row.isAwaited === 'boolean'
  )
}
