import type { Host } from './host.js'
import type { ParsedLimit } from './limit.js'
import type { Networks } from './networks.js'
import type { Principal } from './principal.js'

/** A key as it is judged: what to hand out, and what decides whether it is handed out. */
export interface KeyRecord {
  readonly principal: Principal<Host>
  /** Milliseconds since 1970; a number, because a `Date` that was handed out could be changed. */
  readonly expiresAtMs: number | null
  readonly isRevoked: boolean
  /** A user who left the tenant: the key was for the user in that tenant, so it ends too. */
  readonly ownerMoved: boolean
  /** Its own; `null` leaves it to the keyring's. */
  readonly limits: readonly ParsedLimit[] | null
  /** Where it may be used; `null` is everywhere. */
  readonly networks: Networks | null
  /** The first key of its chain of rotations: all of them spend together. */
  readonly familyId: string
  /** When its last use was noted, here or in the database; 0 for never. The one thing of a record that changes. */
  lastUsedMs: number
}

export type Verdict = 'active' | 'revoked' | 'expired' | 'owner_moved'

/** Judges a record at an instant. A key that expires now has expired. */
export function judge(record: KeyRecord, nowMs: number): Verdict {
  if (record.isRevoked) return 'revoked'
  if (record.expiresAtMs !== null && nowMs >= record.expiresAtMs) return 'expired'
  if (record.ownerMoved) return 'owner_moved'
  return 'active'
}
