/**
 * CRC-32 as in zlib, a character at a time, so that a secret is checked in the same pass that reads it: handing 46
 * characters to zlib takes as long as the whole pass.
 */
export const crc32Table = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** The state after these characters, to go on from; an ASCII text is its own bytes. */
export function crc32State(text: string, state = -1): number {
  for (let at = 0; at < text.length; at += 1) {
    state = (crc32Table[(state ^ text.charCodeAt(at)) & 0xff] ?? 0) ^ (state >>> 8)
  }
  return state
}

/** The finished sum, an unsigned number. */
export function crc32Sum(state: number): number {
  return ~state >>> 0
}
