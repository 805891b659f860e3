import { InvalidInput } from '../errors.js'
import { type JsonObject, NotJson } from '../key/json.js'
import { parseMetadata } from '../key/metadata.js'
import { isScope, isScopeList, MAX_SCOPES, type Scope } from '../key/scope.js'
import type { SecretFormat } from '../key/secret.js'
import { textsOf } from '../key/texts-of.js'
import { LAST_INSTANT_MS, requireKeptText } from './input.js'

export const MAX_NAME_LENGTH = 200
export const SCOPES_FORM = `must be a list of at most ${MAX_SCOPES} scopes such as "orders:read", "orders:*" or "*"`

export function requireName(value: unknown): string {
  return requireKeptText('name', value, { what: 'that says what the key is for', max: MAX_NAME_LENGTH })
}

export function requireScopes(value: unknown): readonly Scope[] {
  if (isScopeList(value)) return [...new Set(value)]
  // By its place: what stands there may be anything, also a secret.
  const wrong = Array.isArray(value) ? value.findIndex((scope) => !isScope(scope)) : -1
  const which = wrong === -1 ? '' : `; scopes[${wrong}] is none`
  throw new InvalidInput('scopes', `${SCOPES_FORM}${which}`)
}

export function requireMetadata(value: unknown, { findIn }: SecretFormat): JsonObject {
  const metadata = readMetadata(value)
  if (textsOf(metadata).some((text) => findIn(text) !== null)) {
    throw new InvalidInput('metadata', 'must not hold a secret')
  }
  return metadata
}

function readMetadata(value: unknown): JsonObject {
  try {
    return parseMetadata(value)
  } catch (error) {
    throw error instanceof NotJson ? new InvalidInput('metadata', error.message) : error
  }
}

export function requireExpiry(value: unknown): Date | null {
  if (value === undefined || value === null) return null
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
    throw new InvalidInput('expiresAt', 'must be a valid Date, or null for a key that never expires')
  }
  if (value.getTime() > LAST_INSTANT_MS) throw new InvalidInput('expiresAt', 'must be before the year 10000')
  return new Date(value)
}

/** By the database's clock, which also judges the key. */
export function requireFuture(expiresAt: Date | null, nowMs: number): void {
  if (expiresAt !== null && expiresAt.getTime() <= nowMs) {
    throw new InvalidInput('expiresAt', 'must be in the future')
  }
}
