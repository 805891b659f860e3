import type { ApiKey } from '../key/api-key.js'
import type { KeyStore } from '../store/key-store.js'
import { pagePosition, requireCursor } from './cursor.js'
import { requireId, requireLimit } from './input.js'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200

export interface ListInput {
  readonly tenantId: string
  /** Only keys of this user. */
  readonly userId?: string
  /** Keys a page, 1 to 200; default 50. */
  readonly limit?: number
  /** `nextCursor` of the page before. */
  readonly cursor?: string
}

/** Newest first. `nextCursor` is `null` on the last page. */
export interface ApiKeyPage {
  readonly apiKeys: readonly ApiKey[]
  readonly nextCursor: string | null
}

export type List = (input: ListInput) => Promise<ApiKeyPage>

export function createList({ store }: { readonly store: Pick<KeyStore, 'page'> }): List {
  return async (input) => {
    const limit = requireLimit(input.limit, { fallback: DEFAULT_LIMIT, max: MAX_LIMIT })
    const found = await store.page({
      tenantId: requireId('tenantId', input.tenantId),
      userId: input.userId === undefined ? undefined : requireId('userId', input.userId),
      after: input.cursor === undefined ? undefined : requireCursor(input.cursor),
      // One more than asked for tells whether there is a next page.
      limit: limit + 1,
    })
    const apiKeys = found.slice(0, limit)
    const last = apiKeys.at(-1)
    return { apiKeys, nextCursor: found.length > limit && last ? pagePosition(last) : null }
  }
}
