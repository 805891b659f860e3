import type { SecretFormat } from '../key/secret.js'
import { requireKeptText } from './input.js'

export const MAX_REASON_LENGTH = 500

/** Why a key is revoked; `null` where nobody says. */
export function requireReason(value: unknown, format: SecretFormat): string | null {
  if (value === undefined) return null
  return requireKeptText('reason', value, { what: 'that says why', max: MAX_REASON_LENGTH, format })
}
