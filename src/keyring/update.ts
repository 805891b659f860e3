import { ApiKeyError } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import type { DefaultLimits } from '../key/attenuation.js'
import { changesBetween } from '../key/audit-event.js'
import type { Host, TextHost } from '../key/host.js'
import type { Limit } from '../key/limit.js'
import type { Metadata } from '../key/metadata.js'
import type { OwnKeys } from '../key/own-keys.js'
import type { Scope } from '../key/scope.js'
import type { KnownScopes } from '../key/scope-definition.js'
import type { SecretFormat } from '../key/secret.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import {
  type ChangedBy,
  changedByFields,
  requireChangedBy,
  requireCovered,
  requireStanding,
} from './changed-by.js'
import { requireFields, requireId, requireNumber, requireOwnerId } from './input.js'
import {
  requireAllowedCidrs,
  requireExpiry,
  requireFuture,
  requireLimits,
  requireMetadata,
  requireName,
  requireScopes,
} from './key-input.js'
import { conflict, lockKey, requireActive } from './key-state.js'

export interface UpdateInput<H extends Host = TextHost, S extends Scope = Scope> extends ChangedBy<H> {
  readonly tenantId: H['tenantId']
  readonly id: string
  readonly name?: string
  /** In place of the old ones, all of them. */
  readonly metadata?: Metadata
  /** In place of the old ones, all of them. */
  readonly scopes?: readonly S[]
  /** In place of the old ones, all of them; `null`: the keyring's `limits.perKey`. What was spent stays spent. */
  readonly limits?: readonly Limit[] | null
  /** In place of the old ones, all of them; `null`: everywhere. */
  readonly allowedCidrs?: readonly string[] | null
  /** In the future; `null` never expires. */
  readonly expiresAt?: Date | null
  /** Changes the key only while its `version` is this one. */
  readonly ifVersion?: number
}

export type Update<H extends Host = TextHost, S extends Scope = Scope> = (
  input: UpdateInput<H, S>,
) => Promise<ApiKey<H>>

const fields = [
  ...['tenantId', 'id', 'name', 'metadata', 'scopes', 'limits', 'allowedCidrs', 'expiresAt', 'ifVersion'],
  ...changedByFields,
]

interface Dependencies {
  readonly format: SecretFormat
  readonly inTransaction: InKeyTransaction
  readonly defaultLimits: DefaultLimits
  readonly scopes: KnownScopes | undefined
  readonly own: OwnKeys
}

export function createUpdate({
  format,
  inTransaction,
  defaultLimits,
  scopes: known,
  own,
}: Dependencies): Update<Host> {
  return async (input) => {
    requireFields(input, fields)
    const key = { tenantId: requireOwnerId('tenantId', input.tenantId), id: requireId('id', input.id) }
    const change = requireChange(input, format, known)
    const ifVersion = requireVersion(input.ifVersion)
    const by = requireChangedBy(input, key.tenantId, own)

    return inTransaction(async (keys) => {
      await keys.standAlone(key.tenantId)
      const issuers = await requireStanding(keys, by)
      const { row, apiKey } = await lockKey(keys, key, by.bound)
      requireCovered(issuers, defaultLimits, apiKey, { ...apiKey, ...change })
      requireActive(apiKey, keys.nowMs)
      if (ifVersion !== undefined && ifVersion !== apiKey.version) throw hasChanged(apiKey)
      const details = changesBetween(fieldsOf(apiKey), change)
      if (details === null) return apiKey
      if (change.expiresAt !== undefined) {
        requireFuture(change.expiresAt, keys.nowMs)
        requireNoLaterEnd(apiKey, change.expiresAt)
      }
      const changed = await keys.change(row, key.tenantId, change)
      await keys.record({ tenantId: key.tenantId, actor: by.actor }, [
        { apiKeyId: key.id, type: 'updated', details },
      ])
      return changed
    })
  }
}

/** A rotation has brought the end of the key near, for its successor stands in its place. */
function requireNoLaterEnd({ rotatedAt, expiresAt }: ApiKey<Host>, later: Date | null): void {
  if (rotatedAt === null || expiresAt === null) return
  if (later === null || later > expiresAt) throw conflict('The API key was rotated: it can only end earlier.')
}

function requireChange(input: UpdateInput<Host>, format: SecretFormat, known: KnownScopes | undefined) {
  const { name, metadata, scopes, limits, allowedCidrs, expiresAt } = input
  return {
    ...(name === undefined ? {} : { name: requireName(name, format) }),
    ...(metadata === undefined ? {} : { metadata: requireMetadata(metadata, format) }),
    ...(scopes === undefined ? {} : { scopes: requireScopes(scopes, known) }),
    ...(limits === undefined ? {} : { limits: requireLimits(limits) }),
    ...(allowedCidrs === undefined ? {} : { allowedCidrs: requireAllowedCidrs(allowedCidrs) }),
    ...(expiresAt === undefined ? {} : { expiresAt: requireExpiry(expiresAt) }),
  }
}

function fieldsOf({ name, metadata, scopes, limits, allowedCidrs, expiresAt }: ApiKey<Host>) {
  return { name, metadata, scopes, limits, allowedCidrs, expiresAt }
}

function requireVersion(value: unknown): number | undefined {
  return value === undefined ? undefined : requireNumber('ifVersion', value, { min: 1, max: 2_147_483_647 })
}

function hasChanged({ version }: ApiKey<Host>): ApiKeyError {
  return new ApiKeyError('precondition_failed', `The API key has changed: its version is ${version}.`)
}
