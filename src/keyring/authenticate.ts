import { Refusal } from '../errors.js'
import type { Principal } from '../key/principal.js'
import type { SecretFormat } from '../key/secret.js'
import { judge, type KeyRecord } from '../key/verdict.js'

/** The one door from a hash to its record. `null` means that there surely is none. */
export type FindByHash = (keyHash: string) => Promise<KeyRecord | null>

interface Dependencies {
  readonly format: SecretFormat
  readonly findByHash: FindByHash
  readonly now: () => number
}

export type Authenticate = (secret: string) => Promise<Principal>

export function createAuthenticate({ format, findByHash, now }: Dependencies): Authenticate {
  return async (secret) => {
    const presented = format.parse(secret)
    if (presented === null) throw new Refusal('malformed')
    const { keyHash, keyPrefix } = presented
    const record = await findByHash(keyHash)
    if (record === null) throw new Refusal('unknown', { keyPrefix })
    const verdict = judge(record, now())
    if (verdict !== 'active') throw new Refusal(verdict, { keyPrefix, apiKeyId: record.principal.apiKey.id })
    return record.principal
  }
}
