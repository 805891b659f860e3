import { isOfCalendar } from '../../calendar.js'
import { InvalidInput } from '../../errors.js'
import { isImportedPrefix, overlaps, withImported } from '../../key/imported-secret.js'
import { secretFormat } from '../../key/secret.js'
import { mostBits } from '../../key/secret-strength.js'
import { LAST_INSTANT_MS, requireOwnerId } from '../input.js'

const MIN_BITS = 128
const HASH_BYTES = 32
const hex = /^[0-9a-fA-F]{64}$/
const base64 = /^[A-Za-z0-9+/_-]{43}=?$/
// As ISO 8601 and PostgreSQL write it. Without a zone it would be whichever the machine is in.
const instant = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|[+-]\d\d)(?::?(\d\d))?)?$/

/** A number of JSON is taken as the text that it is in a CSV. */
export function requireOwner(field: string, value: unknown): string {
  return String(requireOwnerId(field, value))
}

export function requirePrefix(value: unknown, ownPrefix: string): string {
  if (!isImportedPrefix(value)) {
    throw new InvalidInput(
      'prefix',
      'must be what the key begins with, such as "sk_live_": 2 to 32 letters, digits, "_" and "-"',
    )
  }
  if (overlaps(value, `${ownPrefix}_`)) {
    throw new InvalidInput(
      'prefix',
      `must not overlap with "${ownPrefix}_", which keys of this package begin with`,
    )
  }
  return value
}

/** The SHA-256 of the whole key, as lower-case hex. */
export function requireHash(value: unknown): string {
  if (typeof value === 'string' && hex.test(value)) return value.toLowerCase()
  const bytes = typeof value === 'string' && base64.test(value) ? Buffer.from(value, 'base64') : null
  if (bytes?.length === HASH_BYTES) return bytes.toString('hex')
  throw new InvalidInput('hash', 'must be the SHA-256 of the whole key, as hex or as base64')
}

/** Hashes a key that was stored as it is; the text goes no further. */
export function hashOfSecret(value: unknown, prefix: string): string {
  const parsed = withImported(secretFormat('ak'), [prefix]).parse(value)
  if (typeof value !== 'string' || !value.startsWith(prefix) || parsed === null) {
    throw new InvalidInput(
      'secret',
      'must begin with its prefix, go on with 20 or more letters, digits and any of "._~+/-", and have at most 256 characters',
    )
  }
  if (mostBits(value.slice(prefix.length)) < MIN_BITS) {
    throw new InvalidInput('secret', `is too weak: after its prefix it cannot hold ${MIN_BITS} bits`)
  }
  return parsed.keyHash
}

/** A list of JSON, or a text of words. */
export function requireList(field: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (!value.trimStart().startsWith('[')) return value.split(/[\s,]+/).filter((word) => word !== '')
  try {
    return JSON.parse(value)
  } catch {
    // Its message quotes the text.
    throw new InvalidInput(field, 'must be words with spaces between them, or a list of JSON')
  }
}

export function requireInstant(field: string, value: unknown): Date {
  const [, day = '', time = '00:00', zone = 'Z', minutes = '00'] = instant.exec(String(value)) ?? []
  const at = new Date(`${day}T${time}${zone === 'Z' ? 'Z' : `${zone}:${minutes}`}`)
  if (isOfCalendar(day) && at.getTime() >= 0 && at.getTime() <= LAST_INSTANT_MS) return at
  throw new InvalidInput(
    field,
    'must be a time with its zone, such as 2027-01-31T00:00:00Z, or a date, from 1970 to the year 9999',
  )
}
