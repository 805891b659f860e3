import type { AuditEvent } from '../key/audit-event.js'
import type { Host, TextHost } from '../key/host.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { requireFields, requireId, requireOwnerId } from './input.js'
import { type PageInput, readPage } from './page.js'

/** Which events `keyring.events` lists; the newest first. */
export interface EventsInput<H extends Host = TextHost> extends PageInput {
  readonly tenantId: H['tenantId']
  /** Only events of this key, also of one that was pruned. */
  readonly id?: string
}

/** Newest first. `nextCursor` is `null` on the last page. */
export interface AuditEventPage {
  readonly events: readonly AuditEvent[]
  readonly nextCursor: string | null
}

export type Events<H extends Host = TextHost> = (input: EventsInput<H>) => Promise<AuditEventPage>

export function createEvents({ inTransaction }: { readonly inTransaction: InKeyTransaction }): Events<Host> {
  return async (input) => {
    requireFields(input, ['tenantId', 'id', 'limit', 'cursor'])
    const tenantId = requireOwnerId('tenantId', input.tenantId)
    const id = input.id === undefined ? undefined : requireId('id', input.id)
    const { entries, nextCursor } = await readPage(
      input,
      (page) => inTransaction((keys) => keys.eventPage({ tenantId, id, ...page })),
      (event) => event,
    )
    return { events: entries, nextCursor }
  }
}
