/** `Date` takes 31 February for 3 March. */
export function isOfCalendar(day: string): boolean {
  const parsed = new Date(day)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day)
}
