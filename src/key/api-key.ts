import type { Scope } from './scope.js'

/** The stored record of a key: who it is for, what it may do, until when. Safe to show; frozen. */
export interface ApiKey {
  readonly id: string
  readonly tenantId: string
  readonly userId: string
  readonly name: string
  /** The beginning of the secret, to recognise a key by: `ak_8fK2`. */
  readonly keyPrefix: string
  readonly scopes: readonly Scope[]
  /** From this instant on the key is refused; `null` never expires. */
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  readonly createdAt: Date
  /** Set means revoked, whatever the time in it. */
  readonly revokedAt: Date | null
}
