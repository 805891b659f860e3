import { MAX_LIMIT } from '../keyring/page.js'
import type { Shell } from './shell.js'
import { printableJson } from './show/printable.js'
import { type Column, tableOf } from './show/table.js'

/** One page of a list of the keyring. */
export interface Page<Row> {
  readonly rows: readonly Row[]
  readonly nextCursor: string | null
}

export interface Pages<Row> {
  /** Rows in all, however many pages they take. */
  readonly limit: number
  fetch(page: { limit: number; cursor?: string }): Promise<Page<Row>>
}

/** Asks for a page when the one before has been read. */
export async function* readPages<Row>({ limit, fetch }: Pages<Row>): AsyncGenerator<Page<Row>> {
  let cursor: string | null = null
  let left = limit
  do {
    const asked = Math.min(left, MAX_LIMIT)
    const page: Page<Row> = await fetch(cursor === null ? { limit: asked } : { limit: asked, cursor })
    yield page
    cursor = page.nextCursor
    left -= page.rows.length
  } while (cursor !== null && left > 0)
}

interface Listing<Row> {
  readonly pages: Pages<Row>
  readonly columns: readonly Column<Row>[]
  /** What the rows are called, in the plural. */
  readonly noun: string
  readonly shell: Shell
}

/** A table that grows as its pages arrive; whoever reads only the beginning costs only the first page. */
export async function printTable<Row>({ pages, columns, noun, shell }: Listing<Row>): Promise<void> {
  let table: ReturnType<typeof tableOf<Row>> | undefined
  let hasMore = false
  for await (const { rows, nextCursor } of readPages(pages)) {
    hasMore = nextCursor !== null
    if (rows.length === 0) continue
    const isFirst = table === undefined
    table ??= tableOf(columns, rows, shell.paint)
    const lines = rows.map(table.line)
    await shell.print((isFirst ? [table.heading, ...lines] : lines).join('\n'))
  }
  if (table === undefined) await shell.note(`No ${noun}.`)
  if (hasMore) await shell.note(`There are more ${noun}: raise --limit to see them.`)
}

/** One document: `{ [name]: rows, more }`. */
export async function printDocument<Row>(
  pages: Pages<Row>,
  name: string,
  toJson: (row: Row) => object,
  shell: Shell,
): Promise<void> {
  const collected: object[] = []
  let more = false
  for await (const { rows, nextCursor } of readPages(pages)) {
    collected.push(...rows.map(toJson))
    more = nextCursor !== null
  }
  await shell.print(printableJson({ [name]: collected, more }))
}
