import type { ImportReport } from '../../keyring/import/import-keys.js'
import { counted } from './counted.js'

/** Whoever mends a file sees enough of it. */
const MAX_SHOWN = 20

interface Facts {
  readonly isDone: boolean
  /** What the keys begin with. */
  readonly prefixes: readonly string[]
}

export function reportLines(report: ImportReport, { isDone, prefixes }: Facts): readonly string[] {
  const { imported, known, expired, refused } = report
  const shown = refused.slice(0, MAX_SHOWN).map(({ line, problem }) => `line ${line}: ${problem}`)
  const rest = refused.length - shown.length
  if (rest > 0) shown.push(`and ${rest} more`)
  const verb = isDone ? 'Imported' : 'Would import'
  const summary = [
    `${verb} ${counted(imported.length, 'key')}.`,
    ...(known.length > 0
      ? [`${counted(known.length, 'key')} ${known.length === 1 ? 'is' : 'are'} there already.`]
      : []),
    ...(expired.length > 0 ? [`${counted(expired.length, 'key')} expired, and left out.`] : []),
    ...(refused.length > 0 ? [`${counted(refused.length, 'key')} refused.`] : []),
  ].join(' ')
  if (refused.length > 0) return [...shown, summary]
  const option = `createKeyring({ imported: [${prefixes.map((prefix) => `'${prefix}'`).join(', ')}] })`
  if (isDone) return [summary, `They open the door with ${option}.`]
  return imported.length === 0 ? [summary] : [summary, 'Add --yes to do it.']
}
