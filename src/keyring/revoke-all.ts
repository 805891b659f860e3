import type { InKeyTransaction } from '../store/key-transaction.js'
import { type ChangedBy, changedByFields, requireChangedBy, requireStanding } from './changed-by.js'
import { requireFields, requireId } from './input.js'
import { requireReason } from './reason.js'
import { revokeRows } from './revoked-rows.js'

/** Keys of one statement, so that each stays within its time limit however many there are. */
const CHUNK = 1_000
/** Some tens of thousands of keys. */
const MAX_STATEMENTS = 60

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

    return inTransaction(
      async (keys) => {
        await requireStanding(keys, issuer)
        let revoked = 0
        let after: string | undefined
        // From the beginning again until none is left: a rotation under way may have made a successor meanwhile.
        for (;;) {
          const rows = await keys.lockLive({ tenantId, userId, after, limit: CHUNK })
          if (rows.length === 0 && after === undefined) return { revoked }
          await revokeRows(keys, rows, { tenantId, reason, actor })
          revoked += rows.length
          after = rows.at(-1)?.id
        }
      },
      { statements: MAX_STATEMENTS },
    )
  }
}
