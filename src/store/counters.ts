import { Refusal } from '../errors.js'
import type { CounterStore } from '../key/counter.js'
import type { RawClient, TransactionClient } from './client.js'
import { requireRows } from './raw-rows.js'
import { qualified } from './schema.js'
import { createTransactions } from './transaction.js'

/** What has ended goes in passing, so often and so many at a time. */
const SWEEP_MS = 60_000
const MAX_SWEPT = 1_000

/** Counters in PostgreSQL, of all processes: each is one row, locked while it is counted. */
export function createStoredCounters(
  client: RawClient & TransactionClient<RawClient>,
  schema: string,
  queryTimeoutMs: number,
): CounterStore {
  const inTransaction = createTransactions(client, queryTimeoutMs, { isolationLevel: 'ReadCommitted' })
  const sql = statements(qualified('api_key_counters', schema))
  let sweepsAtMs = performance.now() + SWEEP_MS

  /** Without rows to wait for, and of no matter to whoever is counted just now. */
  function sweep(): void {
    const nowMs = performance.now()
    if (nowMs < sweepsAtMs) return
    sweepsAtMs = nowMs + SWEEP_MS
    const sweeping = askOnce(sql.sweep).then((swept) => {
      // There may be more: the next one to be counted goes on.
      if (swept === MAX_SWEPT) sweepsAtMs = 0
    })
    sweeping.catch(() => {})
  }

  async function ask(tx: RawClient, statement: string, ...values: unknown[]): Promise<number | null> {
    const rows = await tx.$queryRawUnsafe(statement, ...values)
    const [row] = requireRows(rows, isValueRow)
    return row === undefined ? null : row.value
  }

  const inTime: typeof inTransaction = (work) =>
    inTransaction(work).catch((error: unknown) => {
      throw isFullPool(error) ? new Refusal('store_timeout', {}, error) : error
    })

  function askOnce(statement: string, ...values: unknown[]): Promise<number | null> {
    return inTime(({ tx }) => ask(tx, statement, ...values))
  }

  return {
    async take({ name, endsAtMs }, most, count) {
      sweep()
      const endsAt = endsAtMs === null ? null : new Date(endsAtMs).toISOString()
      return inTime(async ({ tx }) => {
        const value = await ask(tx, sql.take, name, endsAt, String(most), String(count))
        if (value === null) return most
        if (value > most) await ask(tx, sql.clip, name, String(most))
        return value - count
      })
    },
    async giveBack({ name }, count) {
      await askOnce(sql.giveBack, name, String(count))
    },
    read: async ({ name }) => (await askOnce(sql.read, name)) ?? 0,
  }
}

function statements(table: string) {
  const value = '"value"::float8 AS "value"'
  return {
    // No row comes back where it is full. The row stays locked until what went over is clipped.
    take: `INSERT INTO ${table} AS "c" ("name", "value", "ends_at")
      VALUES ($1, $4::text::bigint, $2::text::timestamptz)
      ON CONFLICT ("name") DO UPDATE SET "value" = "c"."value" + $4::text::bigint
      WHERE "c"."value" < $3::text::bigint RETURNING ${value}`,
    clip: `UPDATE ${table} SET "value" = $2::text::bigint WHERE "name" = $1 RETURNING ${value}`,
    giveBack: `UPDATE ${table} SET "value" = greatest("value" - $2::text::bigint, 0) WHERE "name" = $1
      RETURNING ${value}`,
    read: `SELECT ${value} FROM ${table} WHERE "name" = $1`,
    sweep: `WITH "gone" AS (
        DELETE FROM ${table} WHERE "name" IN (SELECT "name" FROM ${table}
          WHERE "ends_at" < now() - interval '1 minute' LIMIT ${MAX_SWEPT} FOR UPDATE SKIP LOCKED)
        RETURNING 1
      ) SELECT count(*)::float8 AS "value" FROM "gone"`,
  }
}

/** Prisma's own, where no connection was free in time. */
function isFullPool(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2028'
}

function isValueRow(row: unknown): row is { readonly value: number } {
  return typeof row === 'object' && row !== null && 'value' in row && typeof row.value === 'number'
}
