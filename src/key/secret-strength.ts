// What a random text of these characters can hold at most. A text that only looks random passes: nobody can tell.

const alphabets: readonly (readonly [RegExp, number])[] = [
  [/^[0-9]*$/, 10],
  [/^(?:[0-9a-f]*|[0-9A-F]*)$/, 16],
  [/^(?:[a-z]*|[A-Z]*)$/, 26],
  [/^(?:[0-9a-z]*|[0-9A-Z]*)$/, 36],
  [/^[0-9A-Za-z]*$/, 62],
]
const WIDEST = 66
/** A random text of 128 bits has more of them; `aaaa…` has one. */
const MIN_DISTINCT = 8

/** The most bits that a text can hold, by its length and its alphabet. */
export function mostBits(text: string): number {
  if (new Set(text).size < MIN_DISTINCT) return 0
  const [, size] = alphabets.find(([alphabet]) => alphabet.test(text)) ?? [null, WIDEST]
  return text.length * Math.log2(size)
}
