import { startsInsideRun } from './base62.js'
import { hashSecret, type PresentedKey, type SecretFormat } from './secret.js'
import { UUID_FORM } from './uuid-form.js'

// Keys that another system made carry no checksum of ours: they are known by their beginning alone, so what follows it is
// bounded here, and a text that cannot be such a key costs no query.

const MIN_BODY_LENGTH = 20
const MAX_LENGTH = 256
export const MAX_IMPORTED = 8
const prefixGrammar = /^[A-Za-z0-9][A-Za-z0-9_-]{1,31}$/
// RFC 6750's characters of a bearer token. The two parts share none, so nothing is tried twice.
const body = /^[A-Za-z0-9._~+/-]+=*$/
// What of them stands in a URL without ending a segment.
const run = /^[A-Za-z0-9._~-]+/
// Without a checksum, a title in a URL that begins like a key is told from one by this alone: a run of letters and digits,
// or the form of a UUID.
const random = new RegExp(`(?=[A-Za-z]*[0-9])[A-Za-z0-9]{16}|${UUID_FORM}`)

export function isImportedPrefix(prefix: unknown): prefix is string {
  return typeof prefix === 'string' && prefixGrammar.test(prefix)
}

/** Whether a text could begin with both, so that it would not be known whose it is. */
export function overlaps(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one)
}

/** Also keys of other systems that begin with one of these: what they hash to is looked up like a key of ours. */
export function withImported(format: SecretFormat, prefixes: readonly string[]): SecretFormat {
  if (prefixes.length === 0) return format

  function parse(text: unknown): PresentedKey | null {
    return format.parse(text) ?? parseImported(text)
  }

  function parseImported(text: unknown): PresentedKey | null {
    if (typeof text !== 'string' || text.length > MAX_LENGTH) return null
    const prefix = prefixes.find((start) => text.startsWith(start))
    if (prefix === undefined || text.length < prefix.length + MIN_BODY_LENGTH) return null
    // The prefix alone is shown: of a key that came as a hash, no more was ever known.
    return body.test(text) ? { keyHash: hashSecret(text), keyPrefix: prefix } : null
  }

  function findIn(text: unknown): PresentedKey | null {
    const found = format.findIn(text)
    if (found !== null || typeof text !== 'string') return found
    return findWord(text) ?? findRun(text)
  }

  /** A word by itself is no title, whatever it looks like: it would open the door. */
  function findWord(text: string): PresentedKey | null {
    for (const word of text.split(/\s+/)) {
      const imported = parseImported(word)
      if (imported !== null) return imported
    }
    return null
  }

  function findRun(text: string): PresentedKey | null {
    for (const prefix of prefixes) {
      for (let at = text.indexOf(prefix); at !== -1; at = text.indexOf(prefix, at + 1)) {
        if (startsInsideRun(text, at)) continue
        const [whole = ''] = run.exec(text.slice(at, at + MAX_LENGTH)) ?? []
        const imported = random.test(whole.slice(prefix.length)) ? parseImported(whole) : null
        if (imported !== null) return imported
      }
    }
    return null
  }

  return { generate: format.generate, parse, findIn }
}
