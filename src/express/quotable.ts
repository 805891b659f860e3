import { invalidOption } from '../options.js'

// RFC 9110 §5.6.4: what a quoted string holds without escapes.
const quotable = /^[ !#-[\]-~]+$/

/** For texts of the host that stand in headers. */
export function requireQuotable(factory: string, option: string, value: string): string {
  if (typeof value === 'string' && quotable.test(value)) return value
  throw invalidOption(factory, option, 'must be printable ASCII without quotes and backslashes')
}
