import type { ApiKey } from '../key/api-key.js'
import type { Host, TextHost } from '../key/host.js'
import { type KeyStatus, keyStatuses } from '../key/status.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { requireChoice, requireFields, requireOwnerId, requireText } from './input.js'
import { type PageInput, readPage } from './page.js'

export const MAX_TEXT_LENGTH = 200

/** Which keys of a tenant `keyring.list` finds; the newest first. */
export interface ListInput<H extends Host = TextHost> extends PageInput {
  readonly tenantId: H['tenantId']
  /** Only keys of this user. */
  readonly userId?: H['userId']
  /** Only keys that are this by the database's clock. */
  readonly status?: KeyStatus
  /** Only keys with this in their name or their prefix, whatever the case. */
  readonly text?: string
}

/** Newest first. `nextCursor` is `null` on the last page. */
export interface ApiKeyPage<H extends Host = TextHost> {
  readonly apiKeys: readonly ApiKey<H>[]
  readonly nextCursor: string | null
}

export type List<H extends Host = TextHost> = (input: ListInput<H>) => Promise<ApiKeyPage<H>>

const fields = ['tenantId', 'userId', 'status', 'text', 'limit', 'cursor']

export function createList({ inTransaction }: { readonly inTransaction: InKeyTransaction }): List<Host> {
  return async (input) => {
    requireFields(input, fields)
    const { userId, status, text } = input
    const wanted = {
      tenantId: requireOwnerId('tenantId', input.tenantId),
      userId: userId === undefined ? undefined : requireOwnerId('userId', userId),
      status: status === undefined ? undefined : requireChoice('status', status, keyStatuses),
      text:
        text === undefined
          ? undefined
          : requireText('text', text, { what: 'to look for', max: MAX_TEXT_LENGTH }),
    }
    const { entries, nextCursor } = await readPage(
      input,
      (page) => inTransaction((keys) => keys.page({ ...wanted, ...page })),
      ({ createdAt, id }) => ({ at: createdAt, id }),
    )
    return { apiKeys: entries, nextCursor }
  }
}
