import type { RawClient } from './client.js'
import type { KeyOfTenant } from './key-rows.js'
import { type LockedRow, lockedColumns, toLockedRows } from './locked-rows.js'
import { qualified } from './sql.js'

export interface KeyLocks {
  /** Holds a key as it is until the transaction ends. */
  lock(key: KeyOfTenant): Promise<LockedRow | null>
}

export function createKeyLocks(client: RawClient, schema: string): KeyLocks {
  const sql = `SELECT ${lockedColumns} FROM ${qualified('api_keys', schema)}
    WHERE "tenant_id" = $1::uuid AND "id" = $2::uuid FOR UPDATE`
  return {
    async lock({ tenantId, id }) {
      const [locked] = toLockedRows(await client.$queryRawUnsafe(sql, tenantId, id))
      return locked ?? null
    },
  }
}
