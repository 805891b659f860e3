import type { OwnerId } from '../key/host.js'
import { isPlainObject } from '../key/json.js'
import type { RawClient } from './client.js'
import { requireRows } from './raw-rows.js'
import { qualified } from './schema.js'

/** How long a repeated request is recognised. */
const KEPT = '24 hours'
const SWEPT_AT_ONCE = 1_000

/** A request that may be repeated, and the key that it is about to make. */
export interface IdempotencyClaim {
  readonly tenantId: OwnerId
  readonly idempotencyKeyHash: string
  readonly requestDigest: string
  readonly apiKeyId: string
}

export interface IdempotencyRows {
  /**
   * Takes an idempotency key, or answers who has it. Waits for a transaction under way that takes the same, so that
   * of many requests one makes a key and the others find it.
   */
  claim(claim: IdempotencyClaim): Promise<IdempotencyClaim | null>
}

export function createIdempotencyRows(client: RawClient, schema: string, now: Date): IdempotencyRows {
  const table = qualified('api_key_idempotency', schema)
  const sweep = `DELETE FROM ${table} WHERE "created_at" < now() - interval '${KEPT}' AND ("tenant_id",
    "idempotency_key_hash") IN (SELECT "tenant_id", "idempotency_key_hash" FROM ${table} WHERE "tenant_id" = $1
    AND "created_at" < now() - interval '${KEPT}' LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED)`
  const take = `INSERT INTO ${table} ("tenant_id", "idempotency_key_hash", "request_digest", "api_key_id", "created_at")
    VALUES ($1, $2, $3, $4::uuid, $5::timestamptz) ON CONFLICT DO NOTHING`
  const find = `SELECT "request_digest" AS "requestDigest", "api_key_id"::text AS "apiKeyId" FROM ${table}
    WHERE "tenant_id" = $1 AND "idempotency_key_hash" = $2`

  async function claim(claimed: IdempotencyClaim): Promise<IdempotencyClaim | null> {
    const { tenantId, idempotencyKeyHash, requestDigest, apiKeyId } = claimed
    await client.$executeRawUnsafe(sweep, String(tenantId))
    const row = [String(tenantId), idempotencyKeyHash, requestDigest, apiKeyId, now.toISOString()]
    if ((await client.$executeRawUnsafe(take, ...row)) === 1) return null
    const rows = await client.$queryRawUnsafe(find, String(tenantId), idempotencyKeyHash)
    const [earlier] = requireRows(rows, isClaimed)
    // Swept meanwhile.
    return earlier === undefined ? claim(claimed) : { ...claimed, ...earlier }
  }
  return { claim }
}

function isClaimed(row: unknown): row is Pick<IdempotencyClaim, 'requestDigest' | 'apiKeyId'> {
  return isPlainObject(row) && typeof row.requestDigest === 'string' && typeof row.apiKeyId === 'string'
}
