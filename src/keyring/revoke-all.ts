import type { InKeyTransaction } from '../store/key-transaction.js'
import { type ChangedBy, changedByFields, requireChangedBy, requireStanding } from './changed-by.js'
import { requireFields, requireId } from './input.js'
import { requireReason } from './reason.js'
import { revokeFound } from './revoke-found.js'

/** Room for some hundred thousand keys. */
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
        const find = () => keys.findLive({ tenantId, userId })
        return { revoked: await revokeFound(keys, find, { tenantId, actor, reason }) }
      },
      { statements: MAX_STATEMENTS },
    )
  }
}
