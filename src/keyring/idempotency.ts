import { hash } from 'node:crypto'
import { ApiKeyError } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import type { Host, TextHost } from '../key/host.js'
import type { KeyOfTenant } from '../store/key-rows.js'
import type { KeyTransaction } from '../store/key-transaction.js'
import { requireFields, requireText } from './input.js'
import { conflict } from './key-state.js'

/** Makes a request safe to repeat for 24 hours: it makes one key, however often it arrives. */
export interface Idempotency {
  /**
   * The client's own name for the request, such as an `Idempotency-Key` header. The names of a tenant and of a keyring are
   * their own.
   */
  readonly key: string
  /** Anything that tells the request from another one, such as a digest of its body. */
  readonly digest: string
}

/** What a repeated request gets: the key that the first one made. Its secret existed in that answer alone. */
export interface ReplayedKey<H extends Host = TextHost> {
  readonly apiKey: ApiKey<H>
  readonly secret: null
}

/** A request as it is recorded: hashes only. */
export interface ParsedIdempotency {
  readonly idempotencyKeyHash: string
  readonly requestDigest: string
}

/**
 * `request` is what the verb itself knows: a name must not stand for another verb, nor for another key. Names are of one
 * keyring, which its prefix tells.
 */
export function requireIdempotency(
  value: unknown,
  prefix: string,
  request: string,
): ParsedIdempotency | undefined {
  if (value === undefined) return undefined
  requireFields(value, ['key', 'digest'])
  const { key, digest }: { key?: unknown; digest?: unknown } = Object(value)
  const what = 'that names the request'
  return {
    idempotencyKeyHash: sha256(`${prefix}\n${requireText('idempotency.key', key, { what, max: 255 })}`),
    requestDigest: sha256(`${request}\n${requireText('idempotency.digest', digest, { what, max: 1_000 })}`),
  }
}

/** The key that an earlier request of the same name has made; `null` for the first one. */
export async function replay(
  keys: KeyTransaction,
  idempotency: ParsedIdempotency | undefined,
  key: KeyOfTenant,
): Promise<ReplayedKey<Host> | null> {
  if (idempotency === undefined) return null
  const earlier = await keys.claim({ ...idempotency, tenantId: key.tenantId, apiKeyId: key.id })
  if (earlier === null) return null
  if (earlier.requestDigest !== idempotency.requestDigest) {
    throw new ApiKeyError('idempotency_conflict', 'Another request came under this idempotency key before.')
  }
  const apiKey = await keys.find({ tenantId: key.tenantId, id: earlier.apiKeyId })
  if (apiKey === null) throw conflict('The API key that this request made is gone.')
  return Object.freeze({ apiKey, secret: null })
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}
