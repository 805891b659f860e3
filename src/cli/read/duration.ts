import { DAY_MS } from '../../clock.js'

const UNIT_MS = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 604_800_000,
} as const

// Nine digits keep every result exact, and far beyond any key's life.
const grammar = /^(\d{1,9})([smhdw])$/

export const DURATION_FORM = 'a time of 1s or more, such as 90d, 12h, 30m or 2w'

/** `90d` in milliseconds; `null` for anything else, also for nothing at all (`0d`). */
export function readDuration(text: string): number | null {
  const [, amount, unit] = grammar.exec(text) ?? []
  if (amount === undefined || !isUnit(unit)) return null
  const ms = Number(amount) * UNIT_MS[unit]
  return ms > 0 ? ms : null
}

function isUnit(unit: string | undefined): unit is keyof typeof UNIT_MS {
  return unit !== undefined && unit in UNIT_MS
}
