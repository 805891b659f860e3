import { InvalidInput } from '../errors.js'
import type { PagePosition } from '../store/key-rows.js'
import { LAST_INSTANT_MS, requireId, requireNumber } from './input.js'

const DEFAULT_LIMIT = 50
export const MAX_LIMIT = 200

export interface PageInput {
  /** Entries a page, 1 to 200; default 50. */
  readonly limit?: number
  /** `nextCursor` of the page before. */
  readonly cursor?: string
}

export interface Page<Entry> {
  readonly entries: readonly Entry[]
  readonly nextCursor: string | null
}

/** Asks for one entry more than is wanted, which tells whether there is a next page. */
export async function readPage<Entry>(
  { limit = DEFAULT_LIMIT, cursor }: PageInput,
  read: (page: { limit: number; after: PagePosition | undefined }) => Promise<readonly Entry[]>,
  positionOf: (entry: Entry) => PagePosition,
): Promise<Page<Entry>> {
  requireNumber('limit', limit, { min: 1, max: MAX_LIMIT })
  const after = cursor === undefined ? undefined : requireCursor(cursor)
  const found = await read({ limit: limit + 1, after })
  const entries = found.slice(0, limit)
  const last = entries.at(-1)
  return { entries, nextCursor: found.length > limit && last ? toCursor(positionOf(last)) : null }
}

/** Opaque to callers, so that its content may change. */
function toCursor({ at, id }: PagePosition): string {
  return Buffer.from(`${at.getTime()} ${id}`).toString('base64url')
}

function requireCursor(cursor: unknown): PagePosition {
  const [time, id] = Buffer.from(String(cursor), 'base64url').toString().split(' ')
  const at = new Date(Number(time))
  // Beyond these PostgreSQL writes years in another way than JavaScript.
  if (!time || !(at.getTime() >= 0 && at.getTime() <= LAST_INSTANT_MS)) {
    throw new InvalidInput('cursor', 'must be the nextCursor of an earlier page')
  }
  return { at, id: requireId('cursor', id) }
}
