import { isImportedPrefix } from '../key/imported-secret.js'
import { type Limit, parseLimit } from '../key/limit.js'
import { parseNetwork } from '../key/networks.js'
import { isScope } from '../key/scope.js'
import { isPrefix } from '../key/secret.js'
import { isId, isOwnerId } from '../keyring/input.js'
import { optionalFlag, type Reader, requiredFlag, requiredPositional, switchFlag } from './given.js'
import { DURATION_FORM, readDuration } from './read/duration.js'
import { INSTANT_FORM, readDay, readInstant } from './read/instant.js'

export const uuid: Reader<string> = {
  form: 'a UUID',
  read: (text) => (isId(text) ? text.toLowerCase() : null),
}
/** Of which type it has to be, the database knows. */
export const ownerId: Reader<string> = { form: 'an id', read: (given) => (isOwnerId(given) ? given : null) }
export const text: Reader<string> = {
  form: 'a text, and not an empty one',
  read: (given) => (given.trim() === '' ? null : given),
}
export const duration: Reader<number> = { form: DURATION_FORM, read: readDuration }
export const scope: Reader<string> = {
  form: 'a scope such as orders:read, orders:* or *, and several have spaces between them',
  read: (given) => (isScope(given) ? given : null),
}

export const limit: Reader<Limit> = {
  form: 'a limit such as 10/s, 1000/h, 10/s+50/m, 5000/day, 100000/month or 500/lifetime, and several have spaces between them',
  read: (given) => parseLimit(given)?.text ?? null,
}
export const network: Reader<string> = {
  form: 'an address or a network such as 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32, with no bit set beyond its length',
  read: (given) => (parseNetwork(given) === null ? null : given),
}
export const day: Reader<Date> = { form: 'a date such as 2027-01-31', read: readDay }

export const secretPrefix: Reader<string> = {
  form: 'like ak or acme_live, at most 20 characters',
  read: (given) => (isPrefix(given) ? given : null),
}

export const importedPrefix: Reader<string> = {
  form: 'what the key begins with, such as sk_live_: 2 to 32 letters, digits, "_" and "-"',
  read: (given) => (isImportedPrefix(given) ? given : null),
}

/** `null` is for ever. */
export const expiry: Reader<{ readonly at: Date | null }> = {
  form: `${INSTANT_FORM}, or "never"`,
  read: (given, nowMs) => {
    if (given === 'never') return { at: null }
    const at = readInstant(given, nowMs)
    return at === null ? null : { at }
  },
}

export function wholeNumber(most: number): Reader<number> {
  return {
    form: `a whole number from 1 to ${most}`,
    read: (given) => (/^[1-9]\d{0,9}$/.test(given) && Number(given) <= most ? Number(given) : null),
  }
}

export function oneOf<const T extends string>(...values: readonly T[]): Reader<T> {
  return {
    form: values.map((value) => `"${value}"`).join(' or '),
    read: (given) => values.find((value) => value === given) ?? null,
  }
}

// Flags of many verbs: one thing, one name, everywhere.
export const tenantFlag = requiredFlag('--tenant <id>', 'the tenant that the key belongs to', ownerId)
export const jsonFlag = switchFlag('--json', 'print JSON instead of text')
export const secretFileFlag = optionalFlag(
  '--secret-file <path>',
  'write the secret to a new file that only you can read, instead of standard output',
  text,
)
export const idPositional = requiredPositional('ID', 'the key', uuid)
