import { Refusal } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import { compileGrants, type Grants } from '../key/grants.js'
import type { Host, OwnerId } from '../key/host.js'
import { isJsonObject, type JsonObject } from '../key/json.js'
import { type Limit, parseLimits } from '../key/limit.js'
import { parseNetworks } from '../key/networks.js'
import { isScopeList, type Scope } from '../key/scope.js'
import type { KeyRecord } from '../key/verdict.js'
import type { ApiKeyRow } from './api-key-row.js'
import type { OwnedApiKeyRow } from './client.js'
import { deepFreeze } from './deep-freeze.js'
import { restriction } from './restriction.js'
import { createSharing } from './sharing.js'

/**
 * The public record of a row: everything but the hash. A corrupt column gives no right and says nothing, so that the
 * key can be seen, mended and revoked; for requests it is trouble.
 */
export function toApiKey(row: ApiKeyRow): ApiKey<Host> {
  const scopes = Object.freeze(isScopeList(row.scopes) ? [...row.scopes] : [])
  const metadata = deepFreeze(isJsonObject(row.metadata) ? { ...row.metadata } : {})
  const limits = textsOrNone(row.limits) as readonly Limit[] | null
  const allowedCidrs = textsOrNone(row.allowedCidrs)
  return publicRecord(row, { ...row, scopes, metadata, limits, allowedCidrs })
}

/** By which limits a key is counted, and on whose counters; without its owner, whose table may have any name. */
export type LimitedKey = Pick<KeyRecord, 'limits' | 'familyId'>

/** Throws a `Refusal` for limits that are none. */
export function toLimitedKey(row: ApiKeyRow): LimitedKey {
  try {
    const { parsed } = restriction(row.limits as readonly Limit[], parseLimits)
    return { limits: parsed, familyId: row.familyId ?? row.id }
  } catch (cause) {
    throw corrupt(row, cause)
  }
}

export type ReadRecords = (rows: readonly OwnedApiKeyRow[]) => ReadonlyMap<string, KeyRecord | Refusal>

/**
 * Reads rows into records that share what they have in common. By the hash of each row, not by its position: an answer
 * to another question then finds nobody who asked it. `tenantOfUser` is the field of a user with the id of its tenant.
 */
export function createRecordsReader(tenantOfUser: string): ReadRecords {
  const shareTenant = createSharing((tenant: object) => deepFreeze({ ...tenant }))
  const shareUser = createSharing((user: object) => deepFreeze({ ...user }))
  const shareMetadata = createSharing((metadata: JsonObject) => deepFreeze({ ...metadata }))
  const shareLimits = createSharing((texts: readonly string[]) =>
    restriction(texts as readonly Limit[], parseLimits),
  )
  const shareNetworks = createSharing((texts: readonly string[]) => restriction(texts, parseNetworks))
  const shareRights = createSharing((scopes: readonly Scope[]) => compileRights(scopes))

  function read(row: OwnedApiKeyRow): KeyRecord | Refusal {
    if (!isScopeList(row.scopes) || !isInstant(row.expiresAt) || !isJsonObject(row.metadata))
      return corrupt(row)
    const tenant = shareTenant(row.tenant)
    const user = shareUser(row.user)
    const { scopes, grants } = shareRights(row.scopes)
    const metadata = shareMetadata(row.metadata)
    const limits = shareLimits(row.limits)
    const networks = shareNetworks(row.allowedCidrs)
    const shared = {
      tenantId: sameAs(Reflect.get(tenant, 'id'), row.tenantId),
      userId: sameAs(Reflect.get(user, 'id'), row.userId),
      scopes,
      metadata,
    }
    const apiKey = publicRecord(row, { ...shared, limits: limits.texts, allowedCidrs: networks.texts })
    return {
      principal: Object.freeze({ apiKey, tenant, user, grants }),
      expiresAtMs: row.expiresAt === null ? null : row.expiresAt.getTime(),
      isRevoked: row.revokedAt !== null,
      ownerMoved: Reflect.get(user, tenantOfUser) !== row.tenantId,
      limits: limits.parsed,
      networks: networks.parsed,
      familyId: row.familyId ?? apiKey.id,
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

/** As they stand, also where they say nothing, so that they can be seen and are handed on to a successor. */
function textsOrNone(texts: readonly string[]): readonly string[] | null {
  return texts.length === 0 ? null : Object.freeze([...texts])
}

function compileRights(scopes: readonly Scope[]): Rights {
  return { scopes: Object.freeze([...scopes]), grants: compileGrants(scopes) }
}

type SharedFields = Pick<
  ApiKey<Host>,
  'tenantId' | 'userId' | 'scopes' | 'metadata' | 'limits' | 'allowedCidrs'
>

function publicRecord(row: ApiKeyRow, shared: SharedFields): ApiKey<Host> {
  return Object.freeze({
    id: row.id,
    tenantId: shared.tenantId,
    userId: shared.userId,
    name: row.name,
    keyPrefix: row.keyPrefix,
    scopes: shared.scopes,
    metadata: shared.metadata,
    limits: shared.limits,
    allowedCidrs: shared.allowedCidrs,
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

/** Of two equal texts the one that many keys share, which saves the memory of the other. */
function sameAs(shared: unknown, id: OwnerId): OwnerId {
  return typeof shared === 'string' && shared === id ? shared : id
}

/** PostgreSQL knows times that a `Date` does not, such as `-infinity`; compared with one, no key would ever expire. */
function isInstant(time: Date | null): boolean {
  return time === null || (time instanceof Date && Number.isFinite(time.getTime()))
}

/** The column is JSON, and JSON can be anything: a string would even answer `includes`. */
function corrupt({ id, keyPrefix }: ApiKeyRow, cause?: unknown): Refusal {
  return new Refusal('corrupt_record', { apiKeyId: id, keyPrefix }, cause)
}
