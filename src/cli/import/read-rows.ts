import { readFileSync, statSync } from 'node:fs'
import { CsvError, parse } from 'csv-parse/sync'
import { type ImportRow, importColumns } from '../../keyring/import/import-row.js'
import { usageFailure } from '../failure.js'

const MAX_BYTES = 32 * 1024 * 1024
const MAX_ROWS = 10_000

export interface RowOfLine {
  readonly line: number
  /** `null` for a line that is no row. */
  readonly row: ImportRow | null
}

/** A file of CSV with names of columns in its first line, or of one JSON object a line: its first character tells which. */
export function readRows(file: string): readonly RowOfLine[] {
  const text = readText(file).replace(/^\uFEFF/, '')
  if (text.trimStart().startsWith('[')) {
    throw usageFailure('FILE is a list in JSON: write one object a line, as "jq -c .[]" does.')
  }
  const rows = text.trimStart().startsWith('{') ? readJsonLines(text) : readCsv(text)
  if (rows.length > MAX_ROWS) {
    throw usageFailure(`FILE has ${rows.length} keys: split it into files of at most ${MAX_ROWS}.`)
  }
  const [first] = rows
  if (first === undefined) throw usageFailure('FILE holds no keys.')
  return rows
}

function readText(file: string): string {
  try {
    if (statSync(file).size > MAX_BYTES) {
      throw usageFailure(`FILE is larger than ${MAX_BYTES / 1024 / 1024} MiB: split it.`)
    }
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'usage') throw error
    throw usageFailure(code === 'ENOENT' ? 'FILE does not exist.' : `FILE cannot be read (${String(code)}).`)
  }
}

function readJsonLines(text: string): readonly RowOfLine[] {
  return text
    .split('\n')
    .map((json, at) => ({ json, line: at + 1 }))
    .filter(({ json }) => json.trim() !== '')
    .map(({ json, line }) => ({ line, row: readJson(json) }))
}

function readJson(json: string): ImportRow | null {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    // Its message quotes the line.
    return null
  }
}

function readCsv(text: string): readonly RowOfLine[] {
  try {
    const records: unknown = parse(text, {
      columns: requireHeader,
      info: true,
      skip_empty_lines: true,
      trim: true,
    })
    return Array.isArray(records) ? records.map(toRow) : []
  } catch (error) {
    // Its message quotes what it found.
    if (error instanceof CsvError) throw usageFailure(`FILE is no CSV${atLine(error)} (${error.code}).`)
    throw error
  }
}

/** By its place: without a header, what stands there is a key. */
function requireHeader(names: readonly string[]): string[] {
  const wrong = names.findIndex((name) => !importColumns.includes(name))
  if (wrong === -1) return [...names]
  throw usageFailure(
    `The first line of FILE must name its columns, with commas between them, and number ${wrong + 1} is none of ${importColumns.join(', ')}.`,
  )
}

interface ParsedRecord {
  readonly record: ImportRow
  readonly info: { readonly lines: number }
}

function toRow({ record, info }: ParsedRecord): RowOfLine {
  return { line: info.lines, row: record }
}

function atLine(error: CsvError): string {
  const { lines } = error
  return typeof lines === 'number' ? ` from line ${lines} on` : ''
}
