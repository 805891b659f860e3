import type { OwnerIds, TextIds } from './host.js'
import type { Limit } from './limit.js'
import type { Metadata } from './metadata.js'
import type { Scope } from './scope.js'

/** The stored record of a key: who it is for, what it may do, until when. Safe to show; frozen. */
export interface ApiKey<Ids extends OwnerIds = TextIds> {
  readonly id: string
  readonly tenantId: Ids['tenantId']
  readonly userId: Ids['userId']
  readonly name: string
  /** The beginning of the secret, to recognise a key by: `ak_8fK2`. */
  readonly keyPrefix: string
  readonly scopes: readonly Scope[]
  /** Whatever the application notes about the key; at most 4 KiB as JSON, frozen all the way down. */
  readonly metadata: Metadata
  /** How much it may be used; `null` leaves it to the keyring's `limits.perKey`. */
  readonly limits: readonly Limit[] | null
  /** The networks from which it may be used; `null` is everywhere. */
  readonly allowedCidrs: readonly string[] | null
  /** From this instant on the key is refused; `null` never expires. */
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  readonly createdAt: Date
  /** The key that this one took over from; `null` also once that one was pruned. */
  readonly rotatedFromId: string | null
  /** Set when a successor was made; the key itself lives on until `expiresAt`. */
  readonly rotatedAt: Date | null
  /** Set means revoked, whatever the time in it. */
  readonly revokedAt: Date | null
  readonly revokedReason: string | null
  /** Grows with every change of the record; use is no change. */
  readonly version: number
}
