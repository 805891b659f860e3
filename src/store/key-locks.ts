import type { OwnerId } from '../key/host.js'
import type { RawClient } from './client.js'
import type { KeyOfTenant } from './key-rows.js'
import { type LockedRow, lockedColumns, toLockedRows } from './locked-rows.js'
import { qualified } from './schema.js'

export interface KeyLocks {
  /** Waits for what changes keys of the tenant, and holds it back until the transaction ends; others may join. */
  join(tenantId: OwnerId): Promise<void>
  /** Waits for all who make or change keys of the tenant, and holds them back until the transaction ends. */
  standAlone(tenantId: OwnerId): Promise<void>
  /** Holds a key as it is until the transaction ends. */
  lock(key: KeyOfTenant): Promise<LockedRow | null>
}

export function createKeyLocks(client: RawClient, schema: string): KeyLocks {
  const sql = `SELECT ${lockedColumns} FROM ${qualified('api_keys', schema)}
    WHERE "tenant_id" = $1 AND "id" = $2::uuid FOR UPDATE`
  // By a number of the tenant, for the table of tenants is the host's. Before any row: rows that are locked in turns
  // with the epoch's could deadlock, and PostgreSQL takes a second to see that.
  // One id can be written in several ways, `7` and ` 7`: the type of its column, whichever that is, makes them one.
  const canonical = `COALESCE($1, (SELECT "tenant_id" FROM ${qualified('api_keys', schema)} WHERE false))::text`
  const hold = async (lock: string, tenantId: OwnerId) => {
    await client.$queryRawUnsafe(
      `SELECT ${lock}(hashtextextended('express-api-keys ' || $2::text || ' ' || ${canonical}, 0))::text`,
      String(tenantId),
      schema,
    )
  }
  return {
    join: (tenantId) => hold('pg_advisory_xact_lock_shared', tenantId),
    standAlone: (tenantId) => hold('pg_advisory_xact_lock', tenantId),
    async lock({ tenantId, id }) {
      const [locked] = toLockedRows(await client.$queryRawUnsafe(sql, String(tenantId), id))
      return locked ?? null
    },
  }
}
