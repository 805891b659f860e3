import type { AuditEvent } from '../key/audit-event.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { requireFields, requireId } from './input.js'
import { type PageInput, readPage } from './page.js'

export interface EventsInput extends PageInput {
  readonly tenantId: string
  /** Only events of this key, also of one that was pruned. */
  readonly id?: string
}

/** Newest first. `nextCursor` is `null` on the last page. */
export interface ApiKeyEventPage {
  readonly events: readonly AuditEvent[]
  readonly nextCursor: string | null
}

export type Events = (input: EventsInput) => Promise<ApiKeyEventPage>

export function createEvents({ inTransaction }: { readonly inTransaction: InKeyTransaction }): Events {
  return async (input) => {
    requireFields(input, ['tenantId', 'id', 'limit', 'cursor'])
    const tenantId = requireId('tenantId', input.tenantId)
    const id = input.id === undefined ? undefined : requireId('id', input.id)
    const { entries, nextCursor } = await readPage(
      input,
      (page) => inTransaction((keys) => keys.eventPage({ tenantId, id, ...page })),
      (event) => event,
    )
    return { events: entries, nextCursor }
  }
}
