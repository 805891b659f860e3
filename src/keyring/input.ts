import { InvalidInput } from '../errors.js'
import type { OwnerId } from '../key/host.js'
import type { SecretFormat } from '../key/secret.js'
import { holdsSecretLike } from '../key/secret-shape.js'
import { UUID_FORM } from '../key/uuid-form.js'

const uuidGrammar = new RegExp(`^${UUID_FORM}$`)
// PostgreSQL refuses NUL, and no name needs a control character.
const controlCharacter = /\p{Cc}/u

export const MAX_ID_LENGTH = 200

/** The last that still has a four-digit year, which is all that ISO 8601 and clients agree on. */
export const LAST_INSTANT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/**
 * For callers without a compiler: a verb takes one object, whose fields it all knows. A misspelt `expiresAt` would
 * otherwise make a key that never expires.
 */
export function requireFields(input: unknown, fields: readonly string[]): void {
  if (typeof input !== 'object' || input === null) throw new InvalidInput('input', 'must be an object')
  const unknown = Object.keys(input).find((name) => !fields.includes(name))
  if (unknown !== undefined) throw new InvalidInput(unknown, `must be one of the fields ${fields.join(', ')}`)
}

export function isId(value: unknown): value is string {
  return typeof value === 'string' && uuidGrammar.test(value)
}

/** Whether the tables have ids of this kind is the database's to say. */
export function requireOwnerId(field: string, value: unknown): OwnerId {
  if (isNumber(value)) return value
  return requireText(field, value, { what: 'or a number that is an id', max: MAX_ID_LENGTH })
}

export function isOwnerId(value: unknown): value is OwnerId {
  return isNumber(value) || (typeof value === 'string' && value !== '')
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || Number.isSafeInteger(value)
}

export function requireId(field: string, value: unknown): string {
  if (!isId(value)) throw new InvalidInput(field, 'must be a UUID')
  return value.toLowerCase()
}

/** A text for people to read. */
export function requireText(
  field: string,
  value: unknown,
  { what, max }: { what: string; max: number },
): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new InvalidInput(field, `must be a text ${what}`)
  if (value.length > max) throw new InvalidInput(field, `must have at most ${max} characters`)
  if (controlCharacter.test(value) || !value.isWellFormed()) {
    throw new InvalidInput(field, 'must not contain control characters or broken Unicode')
  }
  return value
}

/**
 * A text that is kept, also in a trail that nobody can change: whoever pastes a secret into it would publish it. With a
 * format, keys that were imported are known too.
 */
export function requireKeptText(
  field: string,
  value: unknown,
  { what, max, format }: { what: string; max: number; format?: SecretFormat | undefined },
): string {
  const text = requireText(field, value, { what, max })
  if (holdsSecretLike(text) || (format?.findIn(text) ?? null) !== null) {
    throw new InvalidInput(field, 'must not hold a secret')
  }
  return text
}

export function requireBoolean(field: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new InvalidInput(field, 'must be true or false')
  return value
}

export function requireChoice<Choice extends string>(
  field: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  const chosen = choices.find((choice) => choice === value)
  if (chosen === undefined) throw new InvalidInput(field, `must be one of ${choices.join(', ')}`)
  return chosen
}

export function requireNumber(
  field: string,
  value: unknown,
  { min, max }: { min: number; max: number },
): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    throw new InvalidInput(field, `must be a whole number from ${min} to ${max}`)
  }
  return value
}
