import type { ApiKey } from './api-key.js'
import type { Host, OwnerId, OwnerIds } from './host.js'
import { isWithinLimits, type ParsedLimit, parseLimits } from './limit.js'
import { isWithinNetworks, parseNetworks } from './networks.js'
import type { OwnKeys } from './own-keys.js'
import type { Principal } from './principal.js'
import type { Scope } from './scope.js'

/** The scope without which a key manages no keys. */
export const MANAGE_SCOPE: Scope = 'api-keys:manage'

/** The key on whose behalf something is done. */
export type Issuer = Pick<Principal<Host>, 'apiKey' | 'grants'>

/** What a key may do, how much of it, from where and until when. */
export type Rights = Pick<ApiKey<OwnerIds>, 'scopes' | 'expiresAt' | 'limits' | 'allowedCidrs'>

/** What holds for keys without limits of their own; `null` is none. */
export type DefaultLimits = readonly ParsedLimit[] | null

/** Why an issuer may manage no key of this tenant and keyring, as a sentence; `null` if it may. */
export function cannotManage({ apiKey, grants }: Issuer, tenantId: OwnerId, own: OwnKeys): string | null {
  if (apiKey.tenantId !== tenantId) return 'The issuer is an API key of another tenant.'
  if (!own.has(apiKey.keyPrefix)) return 'The issuer is an API key of another keyring.'
  if (!grants.covers(MANAGE_SCOPE)) return `The issuer lacks the scope "${MANAGE_SCOPE}".`
  return null
}

/**
 * Why an issuer cannot hand out these rights, as a sentence; `null` if it can. Rights never grow: each scope is covered
 * by one that the issuer holds, no key may be used more, or from elsewhere, and no key outlives who issued it. No scopes
 * are no rights, never all of them.
 */
export function exceeds({ apiKey, grants }: Issuer, rights: Rights, defaults: DefaultLimits): string | null {
  const { scopes, expiresAt } = rights
  const beyond = scopes.filter((scope) => !grants.covers(scope))
  if (beyond.length > 0) return `The issuer does not cover ${beyond.map((scope) => `"${scope}"`).join(', ')}.`
  if (!isWithinLimits(limitsOf(rights, defaults), limitsOf(apiKey, defaults))) {
    return 'The API key would have wider limits than its issuer, or none.'
  }
  if (!isWithinNetworks(networksOf(rights), networksOf(apiKey))) {
    return 'The API key could be used from where its issuer cannot.'
  }
  if (apiKey.expiresAt === null) return null
  const endsInTime = expiresAt !== null && expiresAt.getTime() <= apiKey.expiresAt.getTime()
  return endsInTime ? null : 'The API key would outlive its issuer, or never end.'
}

/** Of what nobody can read, none: then it keeps to no bound. */
function limitsOf({ limits }: Pick<Rights, 'limits'>, defaults: DefaultLimits): DefaultLimits {
  return limits === null ? defaults : parseLimits(limits)
}

function networksOf({ allowedCidrs }: Pick<Rights, 'allowedCidrs'>) {
  return allowedCidrs === null ? null : parseNetworks(allowedCidrs)
}
