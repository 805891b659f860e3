import type { ApiKey } from './api-key.js'
import type { OwnerIds } from './host.js'

export const keyStatuses = ['active', 'expired', 'revoked'] as const

/** What a key is at the moment; one that is revoked and expired is `revoked`. */
export type KeyStatus = (typeof keyStatuses)[number]

/**
 * What a key is at an instant, in milliseconds since 1970. Revoked wins over expired.
 *
 * @example
 * const { apiKeys } = await keyring.list({ tenantId })
 * const statuses = apiKeys.map((apiKey) => keyStatus(apiKey, Date.now()))
 */
export function keyStatus({ revokedAt, expiresAt }: ApiKey<OwnerIds>, nowMs: number): KeyStatus {
  if (revokedAt !== null) return 'revoked'
  // Not `>=`: PostgreSQL knows times that a `Date` does not, and nothing compares with one.
  return expiresAt === null || nowMs < expiresAt.getTime() ? 'active' : 'expired'
}
