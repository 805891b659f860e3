import { Refusal } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import { compileGrants } from '../key/grants.js'
import { isScopeList } from '../key/scope.js'
import type { KeyRecord } from '../key/verdict.js'
import type { ApiKeyRow, OwnedApiKeyRow } from './client.js'

/** The public record of a row: everything but the hash. Throws for a corrupt row. */
export function toApiKey(row: ApiKeyRow): ApiKey {
  if (!isScopeList(row.scopes)) throw corrupt(row)
  return Object.freeze({
    id: row.id,
    tenantId: row.tenantId,
    userId: row.userId,
    name: row.name,
    keyPrefix: row.keyPrefix,
    scopes: Object.freeze([...row.scopes]),
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
    createdAt: row.createdAt,
    revokedAt: row.revokedAt,
  })
}

/** A refusal for a corrupt row, as a value: it must not fail the others of its batch. */
export function toKeyRecord(row: OwnedApiKeyRow): KeyRecord | Refusal {
  if (!isScopeList(row.scopes)) return corrupt(row)
  const apiKey = toApiKey(row)
  const { tenantId: tenantOfUser = row.tenantId } = row.user
  return {
    principal: Object.freeze({
      apiKey,
      tenant: Object.freeze(row.tenant),
      user: Object.freeze(row.user),
      grants: compileGrants(apiKey.scopes),
    }),
    expiresAtMs: row.expiresAt === null ? null : row.expiresAt.getTime(),
    isRevoked: row.revokedAt !== null,
    ownerMoved: tenantOfUser !== row.tenantId,
    lastUsedMs: row.lastUsedAt === null ? 0 : row.lastUsedAt.getTime(),
  }
}

/** The column is JSON, and JSON can be anything: a string would even answer `includes`. */
function corrupt({ id, keyPrefix }: ApiKeyRow): Refusal {
  return new Refusal('corrupt_record', { apiKeyId: id, keyPrefix })
}
