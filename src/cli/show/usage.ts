import type { ApiKeyUsage, DayOfUsage } from '../../keyring/usage.js'
import type { LimitState } from '../../limit-state.js'
import type { Paint } from './colour.js'
import { tableOf } from './table.js'

const BAR_WIDTH = 40
// The eighths of a cell, so that a small day is not an empty one.
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A line and a bar for each day, then the quotas. */
export function usageSheet({ days, quotas }: ApiKeyUsage, paint: Paint): string {
  const busiest = Math.max(1, ...days.map(({ requests }) => requests))
  const table = tableOf<DayOfUsage>(
    [
      { title: 'DAY', cell: ({ day }) => ({ text: day }) },
      { title: 'REQUESTS', cell: ({ requests }) => ({ text: String(requests) }) },
      {
        title: 'REFUSED',
        cell: ({ refused }) => ({ text: String(refused), ...(refused > 0 ? { colour: 'yellow' } : {}) }),
      },
      { title: '', cell: ({ requests }) => ({ text: barOf(requests / busiest), colour: 'green' }) },
    ],
    days,
    paint,
  )
  const lines = [table.heading, ...days.map(table.line)]
  const quotaLines = (quotas ?? []).map(quotaLine)
  return [...lines, ...(quotaLines.length === 0 ? [] : ['', ...quotaLines])].join('\n')
}

function barOf(share: number): string {
  const cells = Math.ceil(share * BAR_WIDTH * 8)
  return '█'.repeat(Math.floor(cells / 8)) + (eighths[cells % 8] ?? '')
}

function quotaLine({ name, limit, remaining }: LimitState): string {
  return `${name}: ${limit - remaining} used, ${remaining} left`
}
