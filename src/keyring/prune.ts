import { type Actor, actorOf } from '../key/actor.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { requireActor } from './changed-by.js'
import { requireFields, requireId, requireNumber } from './input.js'

const CHUNK = 1_000
const CENTURY_MS = 100 * 366 * 86_400_000

export interface PruneInput {
  readonly tenantId: string
  /** Deletes keys that have been revoked or expired for longer than this, in milliseconds. */
  readonly olderThanMs: number
  readonly actor?: Actor
}

export type Prune = (input: PruneInput) => Promise<{ readonly pruned: number }>

export function createPrune({ inTransaction }: { readonly inTransaction: InKeyTransaction }): Prune {
  return async (input) => {
    requireFields(input, ['tenantId', 'olderThanMs', 'actor'])
    const tenantId = requireId('tenantId', input.tenantId)
    const olderThanMs = requireNumber('olderThanMs', input.olderThanMs, { min: 0, max: CENTURY_MS })
    const actor = actorOf(requireActor(input.actor), undefined)

    // Some keys a transaction: all at once would hold the epoch's row, for which the revocations of all tenants wait.
    const pruneSome = () =>
      inTransaction(async (keys) => {
        const before = new Date(keys.nowMs - olderThanMs)
        const ids = await keys.findEnded({ tenantId, before, limit: CHUNK })
        if (ids.length === 0) return 0
        return (await keys.prune({ tenantId, actor }, ids, before)).length
      })
    for (let pruned = 0; ; ) {
      const some = await pruneSome()
      pruned += some
      if (some < CHUNK) return { pruned }
    }
  }
}
