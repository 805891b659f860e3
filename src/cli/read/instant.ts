import { isOfCalendar } from '../../calendar.js'
import { LAST_INSTANT_MS } from '../../keyring/input.js'
import { readDuration } from './duration.js'

// Without an offset a time of day would mean another instant on every machine.
const grammar = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/

export const INSTANT_FORM =
  'a time from now such as 90d or 12h, or a date such as 2027-01-31 or 2027-01-31T12:00:00Z'

/** An instant from now (`90d`) or a date of ISO 8601, whose day begins in UTC; `null` for anything else. */
export function readInstant(text: string, nowMs: number): Date | null {
  const duration = readDuration(text)
  if (duration !== null) return known(nowMs + duration)
  const [, day] = grammar.exec(text) ?? []
  return day !== undefined && isOfCalendar(day) ? known(Date.parse(text)) : null
}

/** A day of the calendar, as its first instant in UTC. */
export function readDay(text: string): Date | null {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && isOfCalendar(text) ? new Date(text) : null
}

function known(ms: number): Date | null {
  return Number.isNaN(ms) || ms > LAST_INSTANT_MS ? null : new Date(ms)
}
