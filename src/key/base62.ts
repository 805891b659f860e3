const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The values of digits by their character codes; -1, or nothing beyond 255, for all that is no digit. */
export const base62Values = new Int8Array(256).fill(-1)
for (const [value, digit] of [...digits].entries()) base62Values[digit.charCodeAt(0)] = value

export function isBase62(text: string, at: number): boolean {
  return (base62Values[text.charCodeAt(at)] ?? -1) >= 0
}

/** In a URL the character before may be the end of a percent escape (`%3Dak_…`), which ends a run of base62. */
export function startsInsideRun(text: string, at: number): boolean {
  if (!isBase62(text, at - 1)) return false
  return !/%[0-9A-Fa-f]{2}$/.test(text.slice(Math.max(0, at - 3), at))
}

/** Most significant digit first, padded with `0`. */
export function toBase62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text
  return text
}
