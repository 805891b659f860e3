import type { ApiKey } from '../key/api-key.js'
import type { Host, TextHost } from '../key/host.js'
import type { OwnKeys } from '../key/own-keys.js'
import type { SecretFormat } from '../key/secret.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { type ChangedBy, changedByFields, requireChangedBy, requireStanding } from './changed-by.js'
import { requireBoolean, requireFields, requireId, requireOwnerId } from './input.js'
import { lockKey, notFound } from './key-state.js'
import { requireReason } from './reason.js'

export interface RevokeInput<H extends Host = TextHost> extends ChangedBy<H> {
  readonly tenantId: H['tenantId']
  readonly id: string
  /** Why, for people; kept with the key. */
  readonly reason?: string
  /** Also every key that it was rotated from or to; default `false`. */
  readonly family?: boolean
}

export type Revoke<H extends Host = TextHost> = (input: RevokeInput<H>) => Promise<ApiKey<H>>

const fields = ['tenantId', 'id', 'reason', 'family', ...changedByFields]

interface Dependencies {
  readonly format: SecretFormat
  readonly inTransaction: InKeyTransaction
  readonly own: OwnKeys
}

export function createRevoke({ format, inTransaction, own }: Dependencies): Revoke<Host> {
  return async (input) => {
    requireFields(input, fields)
    const key = { tenantId: requireOwnerId('tenantId', input.tenantId), id: requireId('id', input.id) }
    const reason = requireReason(input.reason, format)
    const family = requireBoolean('family', input.family ?? false)
    const by = requireChangedBy(input, key.tenantId, own)

    return inTransaction(async (keys) => {
      await keys.standAlone(key.tenantId)
      await requireStanding(keys, by)
      const { row, apiKey } = await lockKey(keys, key, by.bound)
      const trail = { tenantId: key.tenantId, actor: by.actor }
      if (family) {
        const members = await keys.findFamily({ tenantId: key.tenantId, familyId: row.familyId })
        await keys.revoke(trail, members, reason)
      } else if (apiKey.revokedAt === null) await keys.revoke(trail, [key.id], reason)
      const revoked = await keys.find(key)
      if (revoked === null) throw notFound()
      return revoked
    })
  }
}
