import { withinTime } from '../time-limit.js'
import type { RawClient } from './client.js'
import { writeLastUsedSql } from './sql.js'

/** When keys were last used, by key id, in milliseconds since 1970. */
export type LastUses = ReadonlyMap<string, number>

export type WriteLastUses = (uses: LastUses) => Promise<void>

export function createUsageWriter(client: RawClient, schema: string, limitMs: number): WriteLastUses {
  const sql = writeLastUsedSql(schema)
  return async (uses) => {
    const rows = [...uses].map(([id, atMs]) => ({ id, at: new Date(atMs).toISOString() }))
    await withinTime(limitMs, client.$executeRawUnsafe(sql, JSON.stringify(rows)))
  }
}
