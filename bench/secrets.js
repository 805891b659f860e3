import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function checksum(text) {
  let rest = crc32(text)
  let code = ''
  for (let place = 0; place < 6; place += 1) {
    code = digits[rest % 62] + code
    rest = Math.floor(rest / 62)
  }
  return code
}

/**
 * The n-th secret of a family: well formed, checksum and all, and always the same, so that many need not be
 * kept. For measuring only: whoever knows the family's name knows its secrets.
 */
export function secretAt(family, n) {
  const bytes = createHash('sha512').update(`${family}:${n}`).digest()
  let text = 'ak_'
  for (let place = 0; place < 43; place += 1) text += digits[bytes[place] % 62]
  return text + checksum(text)
}

export const hashOf = (secret) => createHash('sha256').update(secret).digest('hex')

/** The first `size` of a family. */
export const secretsOf = (family, size) => Array.from({ length: size }, (_, n) => secretAt(family, n))
