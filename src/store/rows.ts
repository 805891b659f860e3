import { Refusal } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import { compileGrants } from '../key/grants.js'
import { isScopeList, type Scope } from '../key/scope.js'
import type { KeyRecord } from '../key/verdict.js'
import type { ApiKeyRow, OwnedApiKeyRow } from './client.js'

/** The public record of a row: everything but the hash. */
export function toApiKey(row: ApiKeyRow): ApiKey {
  return Object.freeze({
    id: row.id,
    tenantId: row.tenantId,
    userId: row.userId,
    name: row.name,
    keyPrefix: row.keyPrefix,
    scopes: Object.freeze([...readScopes(row)]),
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
    createdAt: row.createdAt,
    revokedAt: row.revokedAt,
  })
}

export function toKeyRecord(row: OwnedApiKeyRow): KeyRecord {
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
  }
}

/** The column is JSON, and JSON can be anything: a string would even answer `includes`. Then the row is corrupt. */
function readScopes(row: ApiKeyRow): readonly Scope[] {
  if (isScopeList(row.scopes)) return row.scopes
  throw new Refusal('corrupt_record', { apiKeyId: row.id, keyPrefix: row.keyPrefix })
}
