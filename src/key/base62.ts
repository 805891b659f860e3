const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The values of digits by their character codes; -1, or nothing beyond 255, for all that is no digit. */
export const base62Values = new Int8Array(256).fill(-1)
for (const [value, digit] of [...digits].entries()) base62Values[digit.charCodeAt(0)] = value

/** Most significant digit first, padded with `0`. */
export function toBase62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text
  return text
}
