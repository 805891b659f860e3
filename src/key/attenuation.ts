import type { ApiKey } from './api-key.js'
import type { Principal } from './principal.js'
import type { Scope } from './scope.js'

/** The scope without which a key manages no keys. */
export const MANAGE_SCOPE: Scope = 'api-keys:manage'

/** The key on whose behalf something is done. */
export type Issuer = Pick<Principal, 'apiKey' | 'grants'>

/** What a key may do, and until when. */
export type Rights = Pick<ApiKey, 'scopes' | 'expiresAt'>

/** Why an issuer may manage no key of this tenant, as a sentence; `null` if it may. */
export function cannotManage({ apiKey, grants }: Issuer, tenantId: string): string | null {
  if (apiKey.tenantId !== tenantId) return 'The issuer is an API key of another tenant.'
  if (!grants.covers(MANAGE_SCOPE)) return `The issuer lacks the scope "${MANAGE_SCOPE}".`
  return null
}

/**
 * Why an issuer cannot hand out these rights, as a sentence; `null` if it can. Rights never grow: each scope is covered
 * by one that the issuer holds, and no key outlives who issued it. No scopes are no rights, never all of them.
 */
export function exceeds({ apiKey, grants }: Issuer, { scopes, expiresAt }: Rights): string | null {
  const beyond = scopes.filter((scope) => !grants.covers(scope))
  if (beyond.length > 0) return `The issuer does not cover ${beyond.map((scope) => `"${scope}"`).join(', ')}.`
  if (apiKey.expiresAt === null) return null
  const endsInTime = expiresAt !== null && expiresAt.getTime() <= apiKey.expiresAt.getTime()
  return endsInTime ? null : 'The API key would outlive its issuer.'
}
