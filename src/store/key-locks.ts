import type { RawClient } from './client.js'
import type { KeyOfTenant } from './key-rows.js'
import { type LockedRow, lockedColumns, toLockedRows } from './locked-rows.js'
import { qualified } from './sql.js'

export interface LiveKeysOfTenant {
  readonly tenantId: string
  readonly userId: string | undefined
  /** Only ids after this one. */
  readonly after: string | undefined
  readonly limit: number
}

/** Locks rows in the order of their ids, so that two who lock several do not wait for each other. */
export interface KeyLocks {
  lock(key: KeyOfTenant): Promise<LockedRow | null>
  /** The keys of a chain of rotations that are not revoked. */
  lockFamily(family: { readonly tenantId: string; readonly familyId: string }): Promise<readonly LockedRow[]>
  /** Keys that are not revoked. */
  lockLive(keys: LiveKeysOfTenant): Promise<readonly LockedRow[]>
}

export function createKeyLocks(client: RawClient, schema: string): KeyLocks {
  const select = `SELECT ${lockedColumns} FROM ${qualified('api_keys', schema)}`
  const ask = async (condition: string, ...values: unknown[]) =>
    toLockedRows(await client.$queryRawUnsafe(`${select} WHERE ${condition}`, ...values))

  return {
    async lock({ tenantId, id }) {
      const [locked] = await ask('"tenant_id" = $1::uuid AND "id" = $2::uuid FOR UPDATE', tenantId, id)
      return locked ?? null
    },

    lockFamily: ({ tenantId, familyId }) =>
      ask(
        `"tenant_id" = $1::uuid AND ("id" = $2::uuid OR "family_id" = $2::uuid) AND "revoked_at" IS NULL
        ORDER BY "id" FOR UPDATE`,
        tenantId,
        familyId,
      ),

    lockLive: ({ tenantId, userId, after, limit }) =>
      ask(
        `"tenant_id" = $1::uuid AND "revoked_at" IS NULL AND ($2::uuid IS NULL OR "user_id" = $2::uuid)
        AND ($3::uuid IS NULL OR "id" > $3::uuid) ORDER BY "id" LIMIT $4::int FOR UPDATE`,
        tenantId,
        userId ?? null,
        after ?? null,
        limit,
      ),
  }
}
