import type { Colour, Paint } from './colour.js'
import { printable } from './printable.js'
import { cutToWidth, widthOf } from './width.js'

const GAP = '  '

export interface Cell {
  readonly text: string
  readonly colour?: Colour
}

export interface Column<Row> {
  readonly title: string
  /** Longer content is cut; what must be copied whole has none. */
  readonly maxWidth?: number
  cell(row: Row): Cell
}

/** Lines of rows, aligned; made from a first page, so that later pages stand under the same titles. */
export interface Table<Row> {
  readonly heading: string
  line(row: Row): string
}

export function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  paint: Paint,
): Table<Row> {
  const cellsOf = (row: Row) => columns.map((column) => fitted(column, column.cell(row)))
  const widths = columns.map(({ title }) => widthOf(title))
  for (const row of rows) {
    for (const [at, { text }] of cellsOf(row).entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(text))
  }
  const join = (cells: readonly Cell[]) =>
    cells
      .map((cell, at) => pad(cell, widths[at] ?? 0, paint))
      .join(GAP)
      .trimEnd()

  return {
    heading: join(columns.map(({ title }) => ({ text: title, colour: 'dim' }))),
    line: (row) => join(cellsOf(row)),
  }
}

function fitted<Row>({ maxWidth }: Column<Row>, cell: Cell): Cell {
  const text = printable(cell.text)
  return { ...cell, text: maxWidth === undefined ? text : cutToWidth(text, maxWidth) }
}

function pad({ text, colour }: Cell, width: number, paint: Paint): string {
  const padding = ' '.repeat(Math.max(0, width - widthOf(text)))
  return paint(text, colour) + padding
}

/** Names and values under each other, of one thing. */
export function sheetOf(entries: readonly (readonly [title: string, cell: Cell])[], paint: Paint): string {
  const width = Math.max(...entries.map(([title]) => title.length))
  return entries
    .map(
      ([title, { text, colour }]) =>
        `${paint(title.padEnd(width), 'dim')}${GAP}${paint(printable(text), colour)}`,
    )
    .join('\n')
}
