import { ApiKeyError } from '../errors.js'
import { isScopeList, MAX_SCOPES, type Scope } from '../key/scope.js'

const MAX_NAME_LENGTH = 200
// The last instant that still has a four-digit year, which is all that ISO 8601 and clients agree on.
const LAST_EXPIRY_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const uuidGrammar = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
// PostgreSQL refuses NUL, and no name needs a control character.
const controlCharacter = /\p{Cc}/u

/** Wrong input of a verb: the message begins with the field. */
export function invalidInput(field: string, mend: string): ApiKeyError {
  return new ApiKeyError('invalid_input', `${field}: ${mend}`)
}

/** For callers without a compiler: a verb takes one object. */
export function requireInput(input: unknown): void {
  if (typeof input !== 'object' || input === null) throw invalidInput('input', 'must be an object')
}

export function requireId(field: string, value: unknown): string {
  if (typeof value !== 'string' || !uuidGrammar.test(value)) throw invalidInput(field, 'must be a UUID')
  return value.toLowerCase()
}

export function requireName(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw invalidInput('name', 'must be a text that says what the key is for')
  }
  if (value.length > MAX_NAME_LENGTH) {
    throw invalidInput('name', `must have at most ${MAX_NAME_LENGTH} characters`)
  }
  if (controlCharacter.test(value) || !value.isWellFormed()) {
    throw invalidInput('name', 'must not contain control characters or broken Unicode')
  }
  return value
}

export function requireScopes(value: unknown): readonly Scope[] {
  if (!isScopeList(value)) {
    throw invalidInput(
      'scopes',
      `must be a list of at most ${MAX_SCOPES} scopes such as "orders:read", "orders:*" or "*"`,
    )
  }
  return [...new Set(value)]
}

export function requireExpiry(value: unknown, nowMs: number): Date | null {
  if (value === undefined || value === null) return null
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
    throw invalidInput('expiresAt', 'must be a valid Date, or null for a key that never expires')
  }
  if (value.getTime() <= nowMs) throw invalidInput('expiresAt', 'must be in the future')
  if (value.getTime() > LAST_EXPIRY_MS) throw invalidInput('expiresAt', 'must be before the year 10000')
  return new Date(value)
}

export function requireLimit(value: unknown, { fallback, max }: { fallback: number; max: number }): number {
  if (value === undefined) return fallback
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || value > max) {
    throw invalidInput('limit', `must be a whole number from 1 to ${max}`)
  }
  return value
}
