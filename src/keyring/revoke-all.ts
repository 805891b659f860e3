import type { Host, TextHost } from '../key/host.js'
import type { OwnKeys } from '../key/own-keys.js'
import type { SecretFormat } from '../key/secret.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { type ChangedBy, changedByFields, requireChangedBy, requireStanding } from './changed-by.js'
import { inChunks } from './in-chunks.js'
import { requireFields, requireOwnerId } from './input.js'
import { requireReason } from './reason.js'

export interface RevokeAllInput<H extends Host = TextHost> extends ChangedBy<H> {
  readonly tenantId: H['tenantId']
  /** Only keys of this user. */
  readonly userId?: H['userId']
  /** Why, for people; kept with the keys. */
  readonly reason?: string
}

export type RevokeAll<H extends Host = TextHost> = (
  input: RevokeAllInput<H>,
) => Promise<{ readonly revoked: number }>

const fields = ['tenantId', 'userId', 'reason', ...changedByFields]

interface Dependencies {
  readonly format: SecretFormat
  readonly inTransaction: InKeyTransaction
  readonly own: OwnKeys
}

export function createRevokeAll({ format, inTransaction, own }: Dependencies): RevokeAll<Host> {
  return async (input) => {
    requireFields(input, fields)
    const tenantId = requireOwnerId('tenantId', input.tenantId)
    const userId = input.userId === undefined ? undefined : requireOwnerId('userId', input.userId)
    const reason = requireReason(input.reason, format)
    const by = requireChangedBy(input, tenantId, own)

    // The last finds all there are when it commits, with those that were issued meanwhile.
    const revoked = await inChunks((limit, isFirst) =>
      inTransaction(async (keys) => {
        await keys.standAlone(tenantId)
        // It may be one of those that are revoked.
        if (isFirst) await requireStanding(keys, by)
        const ids = await keys.findUnrevoked({ tenantId, userId, bound: by.bound, limit })
        const revoked = ids.length === 0 ? [] : await keys.revoke({ tenantId, actor: by.actor }, ids, reason)
        return { found: ids.length, changed: revoked.length }
      }),
    )
    return { revoked }
  }
}
