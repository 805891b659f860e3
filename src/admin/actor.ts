import type { Request } from 'express'
import { type ApiKeyError, InvalidInput } from '../errors.js'
import type { Host, OwnerId, TextHost } from '../key/host.js'
import type { Principal } from '../key/principal.js'
import type { ChangedBy } from '../keyring/changed-by.js'
import { isOwnerId } from '../keyring/input.js'
import { invalidOption } from '../options.js'
import { type AdminAction, isAdminAction } from './actions.js'

/** Who manages keys, and what of it. Tenant and user come from here and from nowhere else in a request. */
export interface AdminActor<H extends Host = TextHost> {
  /** The tenant whose keys are managed. Keys of others are not found. */
  readonly tenantId: H['tenantId']
  /** The user that new keys are for, of that tenant. */
  readonly userId: H['userId']
  /**
   * The key that acts. No key can be given, or be managed with, rights beyond it; it must hold `api-keys:manage`.
   * Left out, a person acts, and may give keys any right.
   */
  readonly issuer?: Principal<H>
  /** What is allowed; everything else is refused with 403. */
  readonly can: readonly AdminAction[]
}

/** Says who sends a request; `null` for nobody known, which is answered with 401. */
export type Authorize<H extends Host = TextHost> = (
  req: Request,
) => AdminActor<H> | null | Promise<AdminActor<H> | null>

export const routerFactory = 'apiKeyRouter'

/** What an application returned, which no compiler may have seen. Throws `invalid_option`. */
export function requireActor(value: unknown): AdminActor<Host> | null {
  if (value === undefined || value === null) return null
  if (!isActor(value)) {
    throw wrongActor(
      'must return null or { tenantId, userId, can }: two ids, and a list of actions from adminActions',
    )
  }
  // By its presence: an issuer that got lost must not be taken for a person, who acts without a bound.
  if ('issuer' in value && !isIssuerOf(value.issuer, value.tenantId)) {
    throw wrongActor('must return a principal of the tenant as issuer, or leave it out')
  }
  return value
}

function isActor(value: unknown): value is AdminActor<Host> {
  if (typeof value !== 'object' || value === null) return false
  const { tenantId, userId, can }: { tenantId?: unknown; userId?: unknown; can?: unknown } = value
  return isOwnerId(tenantId) && isOwnerId(userId) && Array.isArray(can) && can.every(isAdminAction)
}

function isIssuerOf(issuer: unknown, tenantId: OwnerId): boolean {
  const { apiKey, grants }: { apiKey?: unknown; grants?: unknown } = Object(issuer)
  return Object(apiKey).tenantId === tenantId && typeof Object(grants).covers === 'function'
}

function wrongActor(mend: string, cause?: unknown): ApiKeyError {
  return invalidOption(routerFactory, 'authorize', mend, cause)
}

/** Fields that no request has. */
const actorFields: readonly string[] = [
  ...['tenantId', 'userId', 'issuer'],
  ...['actor', 'actor.kind', 'actor.id', 'actor.address'],
]

/** Where the keyring refuses what came with the actor, the application is at fault, not the client. */
export function blameActor(error: unknown): unknown {
  const isOfActor = error instanceof InvalidInput && actorFields.includes(error.field)
  return isOfActor ? wrongActor('must return an actor whose tenant and user exist', error) : error
}

/** The actor as the trail and the rules of attenuation know it. */
export function changedBy({ userId, issuer }: AdminActor<Host>, from: string | undefined): ChangedBy<Host> {
  const address = from === undefined ? {} : { address: from }
  if (issuer === undefined) return { actor: { kind: 'user', id: String(userId), ...address } }
  return { issuer, actor: { kind: 'api_key', id: issuer.apiKey.id, ...address } }
}
