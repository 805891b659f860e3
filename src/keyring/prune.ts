import { type Actor, actorOf } from '../key/actor.js'
import type { PrunedRow } from '../store/ended-keys.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { requireActor } from './changed-by.js'
import { requireFields, requireId, requireNumber } from './input.js'

const CHUNK = 1_000
const MAX_STATEMENTS = 60
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

    return inTransaction(
      async (keys) => {
        const before = new Date(keys.nowMs - olderThanMs)
        for (let pruned = 0; ; ) {
          const rows = await keys.prune({ tenantId, before, limit: CHUNK })
          if (rows.length > 0) await keys.record({ tenantId, actor }, rows.map(toPrunedEvent))
          pruned += rows.length
          if (rows.length < CHUNK) return { pruned }
        }
      },
      { statements: MAX_STATEMENTS },
    )
  }
}

/** The last that is known of the key. */
function toPrunedEvent({ id, name, keyPrefix, userId }: PrunedRow) {
  return { apiKeyId: id, type: 'pruned', details: { name, keyPrefix, userId } } as const
}
