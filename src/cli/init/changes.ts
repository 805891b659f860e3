import { relative } from 'node:path'
import type { Paint } from '../show/colour.js'
import { printable, printableLines } from '../show/printable.js'

/** A file to be written; `before` is `null` for a new one. */
export interface FileChange {
  readonly path: string
  readonly before: string | null
  readonly after: string
}

const CONTEXT = 3

/** What would change, as a diff. Of a new file, how it begins: the rest is the package's, word for word. */
export function showChange({ path, before, after }: FileChange, folder: string, paint: Paint): string {
  const name = printable(relative(folder, path))
  const shown = printableLines(after)
  const lines = before === null ? newLines(shown, paint) : changedLines(printableLines(before), shown, paint)
  return [before === null ? `new file ${name}` : `changed file ${name}`, ...lines].join('\n')
}

const SHOWN_OF_NEW = 40

function newLines(text: string, paint: Paint): readonly string[] {
  const lines = text.trimEnd().split('\n')
  const shown = lines.slice(0, SHOWN_OF_NEW).map((line) => paint(`+ ${line}`, 'green'))
  const rest = lines.length - shown.length
  return rest === 0 ? shown : [...shown, `  … and ${rest} lines more`]
}

/** Lines are only ever added, so each line of before is met again in order. */
function changedLines(before: string, after: string, paint: Paint): readonly string[] {
  const old = before.split('\n')
  let met = 0
  const marked = after.split('\n').map((line) => {
    if (old[met] !== line) return { line, isNew: true }
    met += 1
    return { line, isNew: false }
  })
  const isNear = (at: number) =>
    marked.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ isNew }) => isNew)
  return marked.flatMap(({ line, isNew }, at) => {
    if (isNew) return [paint(`+ ${line}`, 'green')]
    if (isNear(at)) return [`  ${line}`]
    return isNear(at - 1) ? ['  …'] : []
  })
}
