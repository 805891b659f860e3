import { isIP } from 'node:net'
import type { Request } from 'express'
import type { ApiKeyError } from '../errors.js'
import { MANAGE_SCOPE } from '../key/attenuation.js'
import type { Principal } from '../key/principal.js'
import type { ChangedBy } from '../keyring/changed-by.js'
import { isId } from '../keyring/input.js'
import { invalidOption } from '../options.js'
import { type AdminAction, isAdminAction } from './actions.js'

/** Who manages keys, and what of it. Tenant and user come from here and from nowhere else in a request. */
export interface AdminActor {
  /** The tenant whose keys are managed; a UUID. Keys of others are not found. */
  readonly tenantId: string
  /** The user that new keys are for; a UUID, of that tenant. */
  readonly userId: string
  /**
   * The key that acts. No key can be given, or be managed with, rights beyond it; it must hold `api-keys:manage`.
   * Left out, a person acts, and may give keys any right.
   */
  readonly issuer?: Principal
  /** What is allowed; everything else is refused with 403. */
  readonly can: readonly AdminAction[]
}

/** Says who sends a request; `null` for nobody known, which is answered with 401. */
export type Authorize = (req: Request) => AdminActor | null | Promise<AdminActor | null>

export const owner = 'apiKeyRouter'

/** What an application returned, which no compiler may have seen. Throws `invalid_option`. */
export function requireActor(value: unknown): AdminActor | null {
  if (value === undefined || value === null) return null
  if (isActor(value)) return value
  throw wrongActor(
    'must return null or { tenantId, userId, can }: two UUIDs, and a list of actions from adminActions',
  )
}

function isActor(value: unknown): value is AdminActor {
  if (typeof value !== 'object' || value === null) return false
  const { tenantId, userId, can }: { tenantId?: unknown; userId?: unknown; can?: unknown } = value
  return isId(tenantId) && isId(userId) && Array.isArray(can) && can.every(isAdminAction)
}

/** The application named an actor that the keyring does not take: no client is at fault. */
export function wrongActor(mend: string, cause?: unknown): ApiKeyError {
  return invalidOption(owner, 'authorize', mend, cause)
}

/** The actor as the trail and the rules of attenuation know it. */
export function changedBy(actor: AdminActor, { ip }: Request): ChangedBy {
  // Behind a trusted proxy this is a header's text, which can be anything.
  const address = ip !== undefined && isIP(ip) !== 0 ? { address: ip } : {}
  // By its presence: an issuer that got lost must not be taken for a person, who acts without a bound.
  if (!('issuer' in actor)) return { actor: { kind: 'user', id: actor.userId, ...address } }
  const issuer = requireIssuer(actor.issuer)
  return { issuer, actor: { kind: 'api_key', id: issuer.apiKey.id, ...address } }
}

function requireIssuer(issuer: Principal | undefined): Principal {
  if (typeof issuer?.grants?.covers === 'function' && typeof issuer.apiKey?.id === 'string') return issuer
  throw wrongActor(`must return a principal that holds ${MANAGE_SCOPE} as issuer, or leave it out`)
}
