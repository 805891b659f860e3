import { DAY_MS } from '../clock.js'
import { type Actor, actorOf } from '../key/actor.js'
import type { Host, TextHost } from '../key/host.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { requireActor } from './changed-by.js'
import { inChunks } from './in-chunks.js'
import { requireFields, requireNumber, requireOwnerId } from './input.js'

const CENTURY_MS = 100 * 366 * DAY_MS

/** Which dead keys of a tenant `keyring.prune` deletes. */
export interface PruneInput<H extends Host = TextHost> {
  readonly tenantId: H['tenantId']
  /** Deletes keys that have been revoked or expired for longer than this, in milliseconds. */
  readonly olderThanMs: number
  /** Who is noted in the trail; default: the system. */
  readonly actor?: Actor
}

export type Prune<H extends Host = TextHost> = (input: PruneInput<H>) => Promise<{ readonly pruned: number }>

export function createPrune({ inTransaction }: { readonly inTransaction: InKeyTransaction }): Prune<Host> {
  return async (input) => {
    requireFields(input, ['tenantId', 'olderThanMs', 'actor'])
    const tenantId = requireOwnerId('tenantId', input.tenantId)
    const olderThanMs = requireNumber('olderThanMs', input.olderThanMs, { min: 0, max: CENTURY_MS })
    const actor = actorOf(requireActor(input.actor), undefined)

    const pruned = await inChunks((limit) =>
      inTransaction(async (keys) => {
        const before = new Date(keys.nowMs - olderThanMs)
        const ids = await keys.findEnded({ tenantId, before, limit })
        const pruned = ids.length === 0 ? [] : await keys.prune({ tenantId, actor }, ids, before)
        return { found: ids.length, changed: pruned.length }
      }),
    )
    return { pruned }
  }
}
