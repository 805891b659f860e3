import type { ChangeClient } from './change-client.js'
import type { RawClient } from './client.js'
import { type LockedRow, lockedColumns, toLockedRows } from './locked-rows.js'
import { qualified } from './sql.js'

export interface Revocation {
  readonly tenantId: string
  readonly reason: string | null
}

export interface EndedKeysOfTenant {
  readonly tenantId: string
  /** Revoked or expired before. */
  readonly before: Date
  readonly limit: number
}

export interface PrunedRow extends LockedRow {
  readonly name: string
  readonly keyPrefix: string
  readonly userId: string
}

/** How keys end, and how they go. */
export interface EndedKeys {
  /** Of rows that are locked and not revoked. */
  revokeLocked(rows: readonly LockedRow[], revocation: Revocation): Promise<void>
  prune(keys: EndedKeysOfTenant): Promise<readonly PrunedRow[]>
}

export function createEndedKeys(
  client: Pick<ChangeClient, 'apiKey'> & RawClient,
  schema: string,
  now: Date,
): EndedKeys {
  const table = qualified('api_keys', schema)
  const prune = `DELETE FROM ${table} WHERE "id" IN (SELECT "id" FROM ${table} WHERE "tenant_id" = $1::uuid
      AND ("revoked_at" < $2::timestamptz OR "expires_at" < $2::timestamptz) ORDER BY "id" LIMIT $3::int FOR UPDATE)
    RETURNING ${lockedColumns}, "name", "key_prefix" AS "keyPrefix", "user_id"::text AS "userId"`

  return {
    async revokeLocked(rows, { tenantId, reason }) {
      const where = { id: { in: rows.map(({ id }) => id) }, tenantId, revokedAt: null }
      await client.apiKey.updateMany({ where, data: { revokedAt: now, revokedReason: reason } })
    },

    async prune({ tenantId, before, limit }) {
      const rows = await client.$queryRawUnsafe(prune, tenantId, before.toISOString(), limit)
      return toLockedRows(rows).map(toPrunedRow)
    },
  }
}

function toPrunedRow(row: LockedRow & Partial<Record<'name' | 'keyPrefix' | 'userId', unknown>>): PrunedRow {
  const { name, keyPrefix, userId, ...locked } = row
  return { ...locked, name: String(name), keyPrefix: String(keyPrefix), userId: String(userId) }
}
