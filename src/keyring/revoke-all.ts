import type { InKeyTransaction } from '../store/key-transaction.js'
import { type ChangedBy, changedByFields, requireChangedBy, requireStanding } from './changed-by.js'
import { inChunks } from './in-chunks.js'
import { requireFields, requireId } from './input.js'
import { requireReason } from './reason.js'

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

    // The last finds all there are when it commits, with those that were issued meanwhile.
    const revoked = await inChunks((limit, isFirst) =>
      inTransaction(async (keys) => {
        await keys.standAlone(tenantId)
        // It may be one of those that are revoked.
        if (isFirst) await requireStanding(keys, issuer)
        const ids = await keys.findLive({ tenantId, userId, limit })
        const revoked = ids.length === 0 ? [] : await keys.revoke({ tenantId, actor }, ids, reason)
        return { found: ids.length, changed: revoked.length }
      }),
    )
    return { revoked }
  }
}
