import type { OwnerId } from '../key/host.js'
import type { Limit } from '../key/limit.js'
import type { Scope } from '../key/scope.js'
import type { RawClient } from './client.js'
import { isOwnerMissing } from './missing-owner.js'
import { requireRows } from './raw-rows.js'
import { qualified } from './schema.js'
import { wrongOwnerId } from './wrong-owner-id.js'

/** A key that another system made. */
export interface ImportedKey {
  readonly id: string
  readonly name: string
  readonly keyPrefix: string
  readonly keyHash: string
  readonly scopes: readonly Scope[]
  readonly limits: readonly Limit[] | null
  readonly allowedCidrs: readonly string[] | null
  readonly expiresAt: Date | null
  /** `null` for now. */
  readonly createdAt: Date | null
}

export interface KeyOwner {
  readonly tenantId: OwnerId
  readonly userId: OwnerId
}

/** A hash that is in the table, and whether the key there is of the tenant that was asked for. */
export interface TakenHash {
  readonly keyHash: string
  readonly isOfTenant: boolean
}

export interface ImportedKeys {
  /**
   * Adds keys of one owner, but those whose hash is taken; answers the hashes that were added. `null` where the tenant
   * has no such user; then none was. Throws `InvalidInput` for an id of a wrong type.
   */
  addImported(owner: KeyOwner, keys: readonly ImportedKey[]): Promise<ReadonlySet<string> | null>
  findTaken(tenantId: OwnerId, keyHashes: readonly string[]): Promise<readonly TakenHash[]>
  /** Does the work, and undoes what it did to the database unless that is to be kept. */
  tryOut<T>(work: () => Promise<{ readonly value: T; readonly isKept: boolean }>): Promise<T>
}

export function createImportedKeys(tx: RawClient, schema: string, now: Date): ImportedKeys {
  const table = qualified('api_keys', schema)
  const add = `INSERT INTO ${table} ("tenant_id", "user_id", "id", "name", "key_prefix", "key_hash", "scopes", "limits",
      "allowed_cidrs", "expires_at", "created_at")
    SELECT $1, $2, "k"."id", "k"."name", "k"."keyPrefix", "k"."keyHash", "k"."scopes",
      COALESCE("k"."limits", ARRAY[]::text[]), COALESCE("k"."allowedCidrs", ARRAY[]::text[]), "k"."expiresAt",
      COALESCE("k"."createdAt", $4::text::timestamptz)
    FROM jsonb_to_recordset($3::text::jsonb) AS "k"("id" uuid, "name" text, "keyPrefix" text, "keyHash" text,
      "scopes" jsonb, "limits" text[], "allowedCidrs" text[], "expiresAt" timestamptz, "createdAt" timestamptz)
    ON CONFLICT ("key_hash") DO NOTHING RETURNING "key_hash" AS "keyHash"`
  const findTaken = `SELECT "key_hash" AS "keyHash", "tenant_id" = $1 AS "isOfTenant" FROM ${table}
    WHERE "key_hash" IN (SELECT jsonb_array_elements_text($2::text::jsonb))`
  let savepoints = 0

  async function tryOut<T>(work: () => Promise<{ value: T; isKept: boolean }>): Promise<T> {
    savepoints += 1
    const name = `"api_keys_${savepoints}"`
    await tx.$executeRawUnsafe(`SAVEPOINT ${name}`)
    const undo = () => tx.$executeRawUnsafe(`ROLLBACK TO SAVEPOINT ${name}`)
    try {
      const { value, isKept } = await work()
      if (isKept) await tx.$executeRawUnsafe(`RELEASE SAVEPOINT ${name}`)
      else await undo()
      return value
    } catch (error) {
      // A connection that broke cannot undo either, and the first error says why.
      await undo().then(undefined, () => {})
      throw error
    }
  }

  return {
    tryOut,
    addImported({ tenantId, userId }, keys) {
      const given = [String(tenantId), String(userId), JSON.stringify(keys), now.toISOString()]
      const adding = tryOut(async () => {
        const rows = requireRows(await tx.$queryRawUnsafe(add, ...given), hasHash)
        return { value: new Set(rows.map(({ keyHash }) => keyHash)), isKept: true }
      })
      return adding.catch((error: unknown) => {
        if (isOwnerMissing(error)) return null
        throw wrongOwnerId(error, { userId }) ?? error
      })
    },
    async findTaken(tenantId, keyHashes) {
      const rows = await tx.$queryRawUnsafe(findTaken, String(tenantId), JSON.stringify(keyHashes))
      return requireRows(rows, isTaken)
    },
  }
}

function hasHash(row: unknown): row is { readonly keyHash: string } {
  return typeof row === 'object' && row !== null && 'keyHash' in row && typeof row.keyHash === 'string'
}

function isTaken(row: unknown): row is TakenHash {
  return hasHash(row) && 'isOfTenant' in row && typeof row.isOfTenant === 'boolean'
}
