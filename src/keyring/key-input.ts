import { InvalidInput } from '../errors.js'
import { type JsonObject, NotJson } from '../key/json.js'
import { type Limit, MAX_LIMITS, parseLimit, parseLimits } from '../key/limit.js'
import { parseMetadata } from '../key/metadata.js'
import { MAX_NETWORKS, parseNetwork, parseNetworks } from '../key/networks.js'
import { isScope, isScopeList, MAX_SCOPES, type Scope } from '../key/scope.js'
import type { KnownScopes } from '../key/scope-definition.js'
import type { SecretFormat } from '../key/secret.js'
import { holdsGenuineSecret } from '../key/secret-shape.js'
import { textsOf } from '../key/texts-of.js'
import { LAST_INSTANT_MS, requireKeptText } from './input.js'

export const MAX_NAME_LENGTH = 200
export const SCOPES_FORM = `must be a list of at most ${MAX_SCOPES} scopes such as "orders:read", "orders:*" or "*"`

export const LIMITS_FORM = `must be null or a list of 1 to ${MAX_LIMITS} limits of different windows, such as "10/s", "1000/h", "10/s+50/m", "5000/day", "100000/month" or "500/lifetime"`
export const NETWORKS_FORM = `must be null or a list of 1 to ${MAX_NETWORKS} networks such as "203.0.113.7", "10.0.0.0/8" or "2001:db8::/32", with no bit set beyond its length`

export function requireName(value: unknown, format?: SecretFormat): string {
  return requireKeptText('name', value, {
    what: 'that says what the key is for',
    max: MAX_NAME_LENGTH,
    format,
  })
}

/** With a definition, only what it knows: what a key holds already may be older than that, and is left alone. */
export function requireScopes(value: unknown, known: KnownScopes | undefined): readonly Scope[] {
  if (isScopeList(value)) {
    if (known === undefined || value.every(known.has)) return [...new Set(value)]
    throw new InvalidInput(
      'scopes',
      `must be ${known.form}${whichIsNone('scopes', value, (scope) => isScope(scope) && known.has(scope))}`,
    )
  }
  throw new InvalidInput('scopes', `${SCOPES_FORM}${whichIsNone('scopes', value, isScope)}`)
}

/** `null` leaves it to the keyring's; an empty list could be taken for both "no limit" and "nothing at all". */
export function requireLimits(value: unknown): readonly Limit[] | null {
  if (value === undefined || value === null) return null
  if (parseLimits(value) !== null) return [...(value as readonly Limit[])]
  throw new InvalidInput(
    'limits',
    `${LIMITS_FORM}${whichIsNone('limits', value, (text) => parseLimit(text) !== null)}`,
  )
}

/** `null` is everywhere. */
export function requireAllowedCidrs(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return null
  if (parseNetworks(value) !== null) return [...(value as readonly string[])]
  throw new InvalidInput(
    'allowedCidrs',
    `${NETWORKS_FORM}${whichIsNone('allowedCidrs', value, (text) => parseNetwork(text) !== null)}`,
  )
}

/** By its place: what stands there may be anything, also a secret. */
function whichIsNone(field: string, value: unknown, isOne: (text: unknown) => boolean): string {
  const wrong = Array.isArray(value) ? value.findIndex((text) => !isOne(text)) : -1
  return wrong === -1 ? '' : `; ${field}[${wrong}] is none`
}

export function requireMetadata(value: unknown, { findIn }: SecretFormat): JsonObject {
  const metadata = readMetadata(value)
  if (textsOf(metadata).some((text) => findIn(text) !== null || holdsGenuineSecret(text))) {
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
