import type { Finding, Status } from '../doctor/finding.js'
import type { Colour, Paint } from './colour.js'
import { printable } from './printable.js'

const colours: Readonly<Record<Status, Colour>> = { ok: 'green', warn: 'yellow', fail: 'red' }

export function findingsText(findings: readonly Finding[], paint: Paint): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  return findings
    .map(({ check, status, says, mend }) => {
      const line = `${paint(status.padEnd(4), colours[status])}  ${check.padEnd(width)}  ${printable(says)}`
      const indent = ' '.repeat(4 + 2 + width + 2)
      return mend === undefined ? line : `${line}\n${indent}${paint(`to mend it: ${printable(mend)}`, 'dim')}`
    })
    .join('\n')
}
