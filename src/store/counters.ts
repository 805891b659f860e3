import type { RawClient, TransactionClient } from './client.js'
import { requireRows } from './raw-rows.js'
import { qualified } from './sql.js'
import { createTransactions } from './transaction.js'

/** What was spent in one window. */
export interface StoredCounter {
  readonly name: string
  /** Milliseconds since 1970; `null` never ends. */
  readonly endsAtMs: number | null
}

export interface StoredCounters {
  /** Adds one, unless there are this many; answers how many there were before. */
  readonly take: (counter: StoredCounter, most: number) => Promise<number>
  readonly giveBack: (counter: StoredCounter) => Promise<void>
  readonly read: (counter: StoredCounter) => Promise<number>
}

/** What has ended goes in passing, so often and so many at a time. */
const SWEEP_MS = 60_000
const MAX_SWEPT = 1_000

/** Counters in PostgreSQL, of all processes: each take is one row, locked while it is counted. */
export function createStoredCounters(
  client: RawClient & TransactionClient<RawClient>,
  schema: string,
  limitMs: number,
): StoredCounters {
  const inTransaction = createTransactions(client, limitMs, { isolationLevel: 'ReadCommitted' })
  const sql = statements(qualified('api_key_counters', schema))
  let sweepsAtMs = performance.now() + SWEEP_MS

  /** Without rows to wait for, and of no matter to whoever is counted just now. */
  function sweep(): void {
    const nowMs = performance.now()
    if (nowMs < sweepsAtMs) return
    sweepsAtMs = nowMs + SWEEP_MS
    const sweeping = ask(sql.sweep).then((swept) => {
      // There may be more: the next one to be counted goes on.
      if (swept === MAX_SWEPT) sweepsAtMs = 0
    })
    sweeping.catch(() => {})
  }

  async function ask(statement: string, ...values: unknown[]): Promise<number | null> {
    const rows = await inTransaction(({ tx }) => tx.$queryRawUnsafe(statement, ...values))
    const [row] = requireRows(rows, isValueRow)
    return row === undefined ? null : row.value
  }

  return {
    async take({ name, endsAtMs }, most) {
      sweep()
      const value = await ask(
        sql.take,
        name,
        endsAtMs === null ? null : new Date(endsAtMs).toISOString(),
        String(most),
      )
      return value === null ? most : value - 1
    },
    async giveBack({ name }) {
      await ask(sql.giveBack, name)
    },
    read: async ({ name }) => (await ask(sql.read, name)) ?? 0,
  }
}

function statements(table: string) {
  const value = '"value"::float8 AS "value"'
  return {
    // No row comes back where it is full.
    take: `INSERT INTO ${table} AS "c" ("name", "value", "ends_at") VALUES ($1, 1, $2::text::timestamptz)
      ON CONFLICT ("name") DO UPDATE SET "value" = "c"."value" + 1 WHERE "c"."value" < $3::text::bigint
      RETURNING ${value}`,
    giveBack: `UPDATE ${table} SET "value" = "value" - 1 WHERE "name" = $1 AND "value" > 0 RETURNING ${value}`,
    read: `SELECT ${value} FROM ${table} WHERE "name" = $1`,
    sweep: `WITH "gone" AS (
        DELETE FROM ${table} WHERE "name" IN (SELECT "name" FROM ${table}
          WHERE "ends_at" < now() - interval '1 minute' LIMIT ${MAX_SWEPT} FOR UPDATE SKIP LOCKED)
        RETURNING 1
      ) SELECT count(*)::float8 AS "value" FROM "gone"`,
  }
}

function isValueRow(row: unknown): row is { readonly value: number } {
  return typeof row === 'object' && row !== null && 'value' in row && typeof row.value === 'number'
}
