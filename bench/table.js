/** Prints rows under a heading: the first column to the left, figures to the right. */
export function printTable(heading, columns, rows) {
  const lines = [columns, ...rows.map((row) => row.map(String))]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at].length)))
  const pad = (line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join('   ')
  const [header, ...body] = lines.map((line) => pad(line).trimEnd())
  console.log(`\n${heading}\n${header}\n${'-'.repeat(header.length)}\n${body.join('\n')}`)
}

/**
 * What was to be reached, and whether it was.
 * @param {{ what: string, reach: string, measured: string, met: boolean }[]} targets
 */
export function printTargets(targets) {
  if (targets.length === 0) return
  const rows = targets.map(({ what, reach, measured, met }) => [what, reach, measured, met ? 'yes' : 'NO'])
  printTable('Targets', ['', 'reach', 'measured', 'reached'], rows)
}

export const count = (value) => Math.round(value).toLocaleString('en-US')

/** Three significant digits, without an exponent. */
export const short = (value) => (Math.abs(value) >= 100 ? count(value) : String(Number(value.toPrecision(3))))

export const times = (value) => `${value >= 10 ? value.toFixed(1) : value.toFixed(2)}×`

export const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
