const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Most significant digit first, padded with `0`. */
export function bytesToBase62(bytes: Buffer, length: number): string {
  let text = ''
  for (let rest = BigInt(`0x${bytes.toString('hex')}`); text.length < length; rest /= 62n) {
    text = digits.charAt(Number(rest % 62n)) + text
  }
  return text
}

/** The same for a whole number; apart, because it is on every request's path and big integers are slow. */
export function numberToBase62(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / 62)) {
    text = digits.charAt(rest % 62) + text
  }
  return text
}

export function isBase62Code(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}
