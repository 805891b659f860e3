import type { InKeyTransaction } from '../store/key-transaction.js'
import { type ChangedBy, changedByFields, requireChangedBy, requireStanding } from './changed-by.js'
import { requireFields, requireId } from './input.js'
import { requireReason } from './reason.js'

const CHUNK = 1_000

export interface RevokeAllInput extends ChangedBy {
  readonly tenantId: string
  /** Only keys of this user. */
  readonly userId?: string
  /** Why, for people; kept with the keys. */
  readonly reason?: string
}

export type RevokeAll = (input: RevokeAllInput) => Promise<{ readonly revoked: number }>

const fields = ['tenantId', 'userId', 'reason', ...changedByFields]

export function createRevokeAll({ inTransaction }: { readonly inTransaction: InKeyTransaction }): RevokeAll {
  return async (input) => {
    requireFields(input, fields)
    const tenantId = requireId('tenantId', input.tenantId)
    const userId = input.userId === undefined ? undefined : requireId('userId', input.userId)
    const reason = requireReason(input.reason)
    const { issuer, actor } = requireChangedBy(input, tenantId)

    // Some keys a transaction: all at once would hold the epoch's row, for which the revocations of all tenants wait.
    // The last finds fewer, which are all there are when it commits, with those that were issued meanwhile.
    const revokeSome = (isFirst: boolean) =>
      inTransaction(async (keys) => {
        await keys.standAlone(tenantId)
        // It may be one of those that are revoked.
        if (isFirst) await requireStanding(keys, issuer)
        const ids = await keys.findLive({ tenantId, userId, limit: CHUNK })
        if (ids.length === 0) return 0
        return (await keys.revoke({ tenantId, actor }, ids, reason)).length
      })
    let revoked = 0
    for (let turn = 0; ; turn += 1) {
      const some = await revokeSome(turn === 0)
      revoked += some
      if (some < CHUNK) return { revoked }
    }
  }
}
