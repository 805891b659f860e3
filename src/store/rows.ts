import { Refusal } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import { compileGrants, type Grants } from '../key/grants.js'
import { isJsonObject, type JsonObject } from '../key/json.js'
import type { Owner } from '../key/principal.js'
import { isScopeList, type Scope } from '../key/scope.js'
import type { KeyRecord } from '../key/verdict.js'
import type { ApiKeyRow } from './api-key-row.js'
import type { OwnedApiKeyRow } from './client.js'
import { deepFreeze } from './deep-freeze.js'
import { createSharing } from './sharing.js'

/**
 * The public record of a row: everything but the hash. A corrupt column gives no right and says nothing, so that the
 * key can be seen, mended and revoked; for requests it is trouble.
 */
export function toApiKey(row: ApiKeyRow): ApiKey {
  const scopes = Object.freeze(isScopeList(row.scopes) ? [...row.scopes] : [])
  const metadata = deepFreeze(isJsonObject(row.metadata) ? { ...row.metadata } : {})
  return publicRecord(row, { ...row, scopes, metadata })
}

export type ReadRecords = (rows: readonly OwnedApiKeyRow[]) => ReadonlyMap<string, KeyRecord | Refusal>

/**
 * Reads rows into records that share what they have in common. By the hash of each row, not by its position: an answer
 * to another question then finds nobody who asked it.
 */
export function createRecordsReader(): ReadRecords {
  const shareTenant = createSharing((tenant: Owner) => deepFreeze({ ...tenant }))
  const shareUser = createSharing((user: OwnedApiKeyRow['user']) => deepFreeze({ ...user }))
  const shareMetadata = createSharing((metadata: JsonObject) => deepFreeze({ ...metadata }))
  const shareRights = createSharing((scopes: readonly Scope[]) => compileRights(scopes))

  function read(row: OwnedApiKeyRow): KeyRecord | Refusal {
    if (!isScopeList(row.scopes) || !isInstant(row.expiresAt) || !isJsonObject(row.metadata))
      return corrupt(row)
    const tenant = shareTenant(row.tenant)
    const user = shareUser(row.user)
    const { scopes, grants } = shareRights(row.scopes)
    const metadata = shareMetadata(row.metadata)
    const apiKey = publicRecord(row, { tenantId: tenant.id, userId: user.id, scopes, metadata })
    return {
      principal: Object.freeze({ apiKey, tenant, user, grants }),
      expiresAtMs: row.expiresAt === null ? null : row.expiresAt.getTime(),
      isRevoked: row.revokedAt !== null,
      ownerMoved: user.tenantId !== tenant.id,
      lastUsedMs: row.lastUsedAt === null ? 0 : row.lastUsedAt.getTime(),
    }
  }

  function readOrRefuse(row: OwnedApiKeyRow): KeyRecord | Refusal {
    try {
      return read(row)
    } catch (cause) {
      // As a value, not thrown: what a host computes for one row must not fail the others of its batch.
      return corrupt(row, cause)
    }
  }
  return (rows) => new Map(rows.map((row) => [row.keyHash, readOrRefuse(row)]))
}

interface Rights {
  readonly scopes: readonly Scope[]
  readonly grants: Grants
}

function compileRights(scopes: readonly Scope[]): Rights {
  return { scopes: Object.freeze([...scopes]), grants: compileGrants(scopes) }
}

type SharedFields = Pick<ApiKey, 'tenantId' | 'userId' | 'scopes' | 'metadata'>

function publicRecord(row: ApiKeyRow, shared: SharedFields): ApiKey {
  return Object.freeze({
    id: row.id,
    tenantId: shared.tenantId,
    userId: shared.userId,
    name: row.name,
    keyPrefix: row.keyPrefix,
    scopes: shared.scopes,
    metadata: shared.metadata,
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
    createdAt: row.createdAt,
    rotatedFromId: row.rotatedFromId,
    rotatedAt: row.rotatedAt,
    revokedAt: row.revokedAt,
    revokedReason: row.revokedReason,
    version: row.version,
  })
}

/** PostgreSQL knows times that a `Date` does not, such as `-infinity`; compared with one, no key would ever expire. */
function isInstant(time: Date | null): boolean {
  return time === null || (time instanceof Date && Number.isFinite(time.getTime()))
}

/** The column is JSON, and JSON can be anything: a string would even answer `includes`. */
function corrupt({ id, keyPrefix }: ApiKeyRow, cause?: unknown): Refusal {
  return new Refusal('corrupt_record', { apiKeyId: id, keyPrefix }, cause)
}
