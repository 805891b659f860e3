import type { EventActor } from '../key/actor.js'
import type { KeyTransaction } from '../store/key-transaction.js'
import type { LockedRow } from '../store/locked-rows.js'

export interface RevokedBy {
  readonly tenantId: string
  readonly reason: string | null
  readonly actor: EventActor
}

/** Of rows that are locked and not revoked. */
export async function revokeRows(
  keys: KeyTransaction,
  rows: readonly LockedRow[],
  { tenantId, reason, actor }: RevokedBy,
): Promise<void> {
  if (rows.length === 0) return
  await keys.revokeLocked(rows, { tenantId, reason })
  const details = reason === null ? {} : { reason }
  const events = rows.map(({ id }) => ({ apiKeyId: id, type: 'revoked', details }) as const)
  await keys.record({ tenantId, actor }, events)
}

/**
 * Every key of a chain of rotations. A rotation needs the lock of the key that it rotates: one under way has either
 * made its successor when that lock is ours, and the next look finds it, or it finds its key revoked.
 */
export async function revokeFamily(keys: KeyTransaction, familyId: string, by: RevokedBy): Promise<void> {
  for (;;) {
    const rows = await keys.lockFamily({ tenantId: by.tenantId, familyId })
    if (rows.length === 0) return
    await revokeRows(keys, rows, by)
  }
}
