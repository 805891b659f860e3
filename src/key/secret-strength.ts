import { UUID_FORM } from './uuid-form.js'

// What a random text of these characters can hold at most. A text that only looks random passes: nobody can tell.

const alphabets: readonly (readonly [RegExp, number])[] = [
  [/^[0-9]*$/, 10],
  [/^(?:[0-9a-f]*|[0-9A-F]*)$/, 16],
  [/^(?:[a-z]*|[A-Z]*)$/, 26],
  [/^(?:[0-9a-z]*|[0-9A-Z]*)$/, 36],
]
const WIDEST = 62
const marks = /[^0-9A-Za-z]/g
/** Either kind; of its 64 characters 2 are marks, so that a random text has few. */
const base64 = /^(?:[0-9A-Za-z_-]*|[0-9A-Za-z+/]*)$/
const MOST_MARKS = 1 / 6
const uuid = new RegExp(`^[^0-9A-Za-z]*${UUID_FORM}[^0-9A-Za-z]*$`)
/** What its version and its variant leave of 128. */
const UUID_BITS = 122
/** A random text of 128 bits has more of them; `aaaa…` has one. */
const MIN_DISTINCT = 8

/** The most bits that a text can hold, by its length and its alphabet. Marks only separate, except in base64. */
export function mostBits(text: string): number {
  if (uuid.test(text)) return UUID_BITS
  const plain = text.replaceAll(marks, '')
  if (new Set(plain).size < MIN_DISTINCT) return 0
  const [, size] = alphabets.find(([alphabet]) => alphabet.test(plain)) ?? [null, WIDEST]
  const length = size === WIDEST ? lengthInBase64(text, plain) : plain.length
  return length * Math.log2(size)
}

function lengthInBase64(text: string, plain: string): number {
  const { length } = text.replace(/=+$/, '')
  const isBase64 = base64.test(text.slice(0, length)) && length - plain.length <= length * MOST_MARKS
  return isBase64 ? length : plain.length
}
