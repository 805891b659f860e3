import { DAY_MS } from '../../clock.js'

// Days for long, because an end of 90 days should read as 90 days.
const steps = [
  { unit: 'year', ms: 365 * DAY_MS, fromMs: 730 * DAY_MS },
  { unit: 'month', ms: 30 * DAY_MS, fromMs: 100 * DAY_MS },
  { unit: 'day', ms: DAY_MS, fromMs: DAY_MS },
  { unit: 'hour', ms: 3_600_000, fromMs: 3_600_000 },
  { unit: 'minute', ms: 60_000, fromMs: 60_000 },
  { unit: 'second', ms: 1_000, fromMs: 1_000 },
] as const

/** `3 days ago`, `in 2 hours`, `now`. */
export function relativeTime(time: Date, nowMs: number): string {
  const distance = time.getTime() - nowMs
  // Rounded first: a moment less than 90 days is 90 days to a person.
  const away = Math.round(Math.abs(distance) / 1_000) * 1_000
  const step = steps.find(({ fromMs }) => away >= fromMs)
  if (step === undefined) return 'now'
  const count = Math.round(away / step.ms)
  const counted = `${count} ${step.unit}${count === 1 ? '' : 's'}`
  return distance > 0 ? `in ${counted}` : `${counted} ago`
}

/** For a sheet of one thing, where there is room for both. */
export function fullTime(time: Date, nowMs: number): string {
  return `${time.toISOString()} (${relativeTime(time, nowMs)})`
}
