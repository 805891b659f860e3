import { hash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { bytesToBase62, isBase62Code, numberToBase62 } from './base62.js'

// A secret is <prefix>_<43 random characters><6 of checksum>. 43 base62 characters hold 256 bits.
const RANDOM_BYTES = 32
const RANDOM_LENGTH = 43
const CHECKSUM_LENGTH = 6
const BODY_LENGTH = RANDOM_LENGTH + CHECKSUM_LENGTH
const SHOWN_LENGTH = 4

const MAX_PREFIX_LENGTH = 20
const prefixGrammar = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/

/** What may be kept of a secret: enough to find its row and to recognise it, not to use it. */
export interface PresentedKey {
  readonly keyHash: string
  readonly keyPrefix: string
}

/** Reads secrets of one prefix; built once, so that a request costs two look-ups and one hash. */
export interface SecretFormat {
  /** A new secret from the system's random source, with what may be kept of it. */
  generate(): PresentedKey & { readonly secret: string }
  /** `null` for anything but a secret whose length, prefix, alphabet and checksum are right. */
  parse(text: string): PresentedKey | null
  /** The first secret inside a longer text, e.g. a URL, unless it is part of a longer run of base62. */
  findIn(text: string): PresentedKey | null
}

export function isKeyPrefix(prefix: string): boolean {
  return prefix.length <= MAX_PREFIX_LENGTH && prefixGrammar.test(prefix)
}

export function secretFormat(prefix: string): SecretFormat {
  const start = `${prefix}_`
  const bodyAt = start.length
  const length = bodyAt + BODY_LENGTH
  const checkedLength = bodyAt + RANDOM_LENGTH
  const shownLength = bodyAt + SHOWN_LENGTH

  function parse(text: string): PresentedKey | null {
    if (text.length !== length || !text.startsWith(start) || !isBase62(text, bodyAt)) return null
    if (text.slice(checkedLength) !== checksum(text.slice(0, checkedLength))) return null
    return keep(text)
  }

  function keep(secret: string): PresentedKey {
    return { keyHash: hashSecret(secret), keyPrefix: secret.slice(0, shownLength) }
  }

  function findIn(text: string): PresentedKey | null {
    for (let at = text.indexOf(start); at !== -1; at = text.indexOf(start, at + 1)) {
      const end = at + length
      if (end > text.length) return null
      if (startsInsideRun(text, at) || isBase62Code(text.charCodeAt(end))) continue
      const found = parse(text.slice(at, end))
      if (found !== null) return found
    }
    return null
  }

  function generate(): PresentedKey & { readonly secret: string } {
    // 32 bytes are less than 62^43, so every value has a text of its own and none is likelier than another.
    const random = bytesToBase62(randomBytes(RANDOM_BYTES), RANDOM_LENGTH)
    const secret = start + random + checksum(start + random)
    return { secret, ...keep(secret) }
  }

  return { generate, parse, findIn }
}

/** SHA-256 is right for 256 random bits: a slow hash protects guessable passwords, and these cannot be guessed. */
function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}

/** Lets typos and noise be told from keys without a query; it is no protection, anybody can compute it. */
function checksum(text: string): string {
  return numberToBase62(crc32(text), CHECKSUM_LENGTH)
}

function isBase62(text: string, from: number): boolean {
  for (let at = from; at < text.length; at += 1) {
    if (!isBase62Code(text.charCodeAt(at))) return false
  }
  return true
}

/** In a URL the character before may be the end of a percent escape (`%3Dak_…`), which ends a run of base62. */
function startsInsideRun(text: string, at: number): boolean {
  if (at === 0 || !isBase62Code(text.charCodeAt(at - 1))) return false
  return !/%[0-9A-Fa-f]{2}$/.test(text.slice(Math.max(0, at - 3), at))
}
