import { NeedsMending } from '../epoch.js'
import { withinTime } from '../time-limit.js'
import type { ApiKeyRow } from './api-key-row.js'
import type { RawClient } from './client.js'
import { requireRows } from './raw-rows.js'
import { qualified } from './schema.js'

/** Answers why nothing may be built on a row of the model's; `null` when it may. */
export type ProveTable = (
  client: RawClient,
  row: Pick<ApiKeyRow, 'id' | 'keyHash'>,
) => Promise<NeedsMending | null>

/**
 * Proves, once, that the model and the statements of this package mean the same table. Keys are loaded by the model,
 * whose schema is its adapter's to choose; the epoch is read by its name. Of two schemas, a change of the keys in the
 * one would move no epoch of the other, and what was kept would be served for ever.
 */
export function createTableProof(schema: string, queryTimeoutMs: number): ProveTable {
  const sql = `SELECT count(*)::int AS "found" FROM ${qualified('api_keys', schema)}
    WHERE "key_hash" = $1 AND "id"::text = $2`
  let isProven = false
  return async (client, { id, keyHash }) => {
    if (isProven) return null
    try {
      const rows = await withinTime(queryTimeoutMs, client.$queryRawUnsafe(sql, keyHash, id))
      isProven = requireRows(rows, isCountRow)[0]?.found === 1
    } catch (cause) {
      return elsewhere(schema, { cause })
    }
    return isProven ? null : elsewhere(schema)
  }
}

function isCountRow(row: unknown): row is { readonly found: number } {
  return typeof row === 'object' && row !== null && 'found' in row && typeof row.found === 'number'
}

export function elsewhere(schema: string, options?: ErrorOptions): NeedsMending {
  return new NeedsMending(
    `the model ApiKey is not the table api_keys of the schema "${schema}"`,
    'pass createKeyring the option "schema" with the schema of your tables',
    options,
  )
}
