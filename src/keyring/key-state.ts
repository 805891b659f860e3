import { ApiKeyError } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import type { Host } from '../key/host.js'
import type { OwnKeys } from '../key/own-keys.js'
import { keyStatus } from '../key/status.js'
import type { KeyOfTenant } from '../store/key-rows.js'
import type { KeyTransaction } from '../store/key-transaction.js'
import type { LockedRow } from '../store/locked-rows.js'

export interface LockedKey {
  readonly row: LockedRow
  readonly apiKey: ApiKey<Host>
}

/**
 * The key as it stands, which nobody else can change until the transaction ends. Throws `not_found`, also for one beyond
 * the bound.
 */
export async function lockKey(
  keys: KeyTransaction,
  key: KeyOfTenant,
  bound: OwnKeys | undefined,
): Promise<LockedKey> {
  const row = await keys.lock(key)
  const apiKey = row === null ? null : await keys.find(key)
  if (row === null || apiKey === null || bound?.has(apiKey.keyPrefix) === false) throw notFound()
  return { row, apiKey }
}

export function notFound(): ApiKeyError {
  return new ApiKeyError('not_found', 'There is no such API key in this tenant.')
}

/** Throws `conflict`, saying what the key is instead of active. */
export function requireActive(apiKey: ApiKey<Host>, nowMs: number): void {
  const status = keyStatus(apiKey, nowMs)
  if (status === 'revoked') throw conflict('The API key is revoked.')
  // A key whose end a rotation has brought nearer has been rotated, whether that end has come or not.
  if (status === 'expired' && apiKey.rotatedAt === null) throw conflict('The API key has expired.')
  if (status === 'expired') throw conflict('The API key was rotated and has expired.')
}

export function conflict(message: string): ApiKeyError {
  return new ApiKeyError('conflict', message)
}
