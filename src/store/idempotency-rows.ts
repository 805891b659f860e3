import type { ChangeClient, IdempotencyRow } from './change-client.js'
import type { RawClient } from './client.js'
import { qualified } from './sql.js'

/** How long a repeated request is recognised. */
const KEPT = '24 hours'
const SWEPT_AT_ONCE = 1_000

/** A request that may be repeated, and the key that it is about to make. */
export type IdempotencyClaim = Omit<IdempotencyRow, 'createdAt'>

export interface IdempotencyRows {
  /**
   * Takes an idempotency key, or answers who has it. Waits for a transaction under way that takes the same, so that
   * of many requests one makes a key and the others find it.
   */
  claim(claim: IdempotencyClaim): Promise<IdempotencyClaim | null>
}

export function createIdempotencyRows(
  client: Pick<ChangeClient, 'apiKeyIdempotency'> & RawClient,
  schema: string,
  now: Date,
): IdempotencyRows {
  const table = qualified('api_key_idempotency', schema)
  const sweep = `DELETE FROM ${table} WHERE "created_at" < now() - interval '${KEPT}' AND ("tenant_id",
    "idempotency_key_hash") IN (SELECT "tenant_id", "idempotency_key_hash" FROM ${table} WHERE "tenant_id" = $1::uuid
    AND "created_at" < now() - interval '${KEPT}' LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED)`

  async function claim(claimed: IdempotencyClaim): Promise<IdempotencyClaim | null> {
    const { tenantId, idempotencyKeyHash } = claimed
    await client.$executeRawUnsafe(sweep, tenantId)
    const data = [{ ...claimed, createdAt: now }]
    const { count } = await client.apiKeyIdempotency.createMany({ data, skipDuplicates: true })
    if (count === 1) return null
    const [earlier] = await client.apiKeyIdempotency.findMany({ where: { tenantId, idempotencyKeyHash } })
    // Swept meanwhile.
    return earlier ?? claim(claimed)
  }
  return { claim }
}
