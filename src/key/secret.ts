import { hash, randomBytes } from 'node:crypto'
import { base62Values, isBase62, startsInsideRun, toBase62 } from './base62.js'
import { crc32State, crc32Sum, crc32Table } from './crc32.js'

// A secret is <prefix>_<43 random characters><6 of checksum>. 43 base62 characters hold 256 bits.
const RANDOM_BYTES = 32
const RANDOM_LENGTH = 43
const CHECKSUM_LENGTH = 6
/** What follows the prefix and its underscore. */
export const BODY_LENGTH = RANDOM_LENGTH + CHECKSUM_LENGTH
/** How much of it a record shows. */
export const SHOWN_LENGTH = 4

const MAX_PREFIX_LENGTH = 20
const prefixGrammar = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/

/** What may be kept of a secret: enough to find its row and to recognise it, not to use it. */
export interface PresentedKey {
  readonly keyHash: string
  readonly keyPrefix: string
}

/** Reads secrets of one prefix; built once, so that a request costs one pass and one hash. */
export interface SecretFormat {
  /** A new secret from the system's random source, with what may be kept of it. */
  generate(): PresentedKey & { readonly secret: string }
  /** `null` for anything but a secret whose length, prefix, alphabet and checksum are right. */
  parse(text: unknown): PresentedKey | null
  /** The first secret inside a longer text, e.g. a URL, unless it is part of a longer run of base62. */
  findIn(text: unknown): PresentedKey | null
}

export function isPrefix(prefix: unknown): prefix is string {
  return typeof prefix === 'string' && prefix.length <= MAX_PREFIX_LENGTH && prefixGrammar.test(prefix)
}

export function secretFormat(prefix: string): SecretFormat {
  const start = `${prefix}_`
  const stateOfStart = crc32State(start)
  const checksumAt = start.length + RANDOM_LENGTH
  const length = checksumAt + CHECKSUM_LENGTH
  const shownLength = start.length + SHOWN_LENGTH

  function parse(text: unknown): PresentedKey | null {
    if (typeof text !== 'string' || text.length !== length) return null
    return text.startsWith(start) && isGenuine(text) ? keep(text) : null
  }

  /** One pass: the alphabet, the CRC of all before the checksum, and the number that the checksum says. */
  function isGenuine(text: string): boolean {
    // Names of their own, for the compiler to see that they do not change inside the loop.
    const values = base62Values
    const table = crc32Table
    let state = stateOfStart
    let said = 0
    for (let at = start.length; at < length; at += 1) {
      const code = text.charCodeAt(at)
      const value = values[code] ?? -1
      if (value < 0) return false
      if (at < checksumAt) state = (table[(state ^ code) & 0xff] ?? 0) ^ (state >>> 8)
      else said = said * 62 + value
    }
    return said === crc32Sum(state)
  }

  function keep(secret: string): PresentedKey {
    return { keyHash: hashSecret(secret), keyPrefix: secret.slice(0, shownLength) }
  }

  function findIn(text: unknown): PresentedKey | null {
    if (typeof text !== 'string') return null
    for (let at = text.indexOf(start); at !== -1; at = text.indexOf(start, at + 1)) {
      const end = at + length
      if (end > text.length) return null
      if (startsInsideRun(text, at) || isBase62(text, end)) continue
      const found = parse(text.slice(at, end))
      if (found !== null) return found
    }
    return null
  }

  function generate(): PresentedKey & { readonly secret: string } {
    // 32 bytes are less than 62^43, so every value has a text of its own and none is likelier than another.
    const random = toBase62(BigInt(`0x${randomBytes(RANDOM_BYTES).toString('hex')}`), RANDOM_LENGTH)
    const checksum = crc32Sum(crc32State(random, stateOfStart))
    const secret = start + random + toBase62(BigInt(checksum), CHECKSUM_LENGTH)
    return { secret, ...keep(secret) }
  }

  return { generate, parse, findIn }
}

/** SHA-256 is right for 256 random bits: a slow hash protects guessable passwords, and these cannot be guessed. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}
