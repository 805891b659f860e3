import { InvalidInput } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import type { SecretFormat } from '../key/secret.js'
import type { InKeyTransaction } from '../store/key-transaction.js'

/** What can be told of a secret. */
export interface InspectedSecret {
  readonly keyPrefix: string
  /** Whatever its status; `null` when no tenant has such a key. */
  readonly apiKey: ApiKey | null
}

export type Inspect = (secret: string) => Promise<InspectedSecret>

interface Dependencies {
  readonly format: SecretFormat
  readonly inTransaction: InKeyTransaction
}

export function createInspect({ format, inTransaction }: Dependencies): Inspect {
  return async (secret) => {
    const presented = format.parse(secret)
    if (presented === null)
      throw new InvalidInput('secret', 'must be a whole API key of this keyring’s prefix')
    const { keyHash, keyPrefix } = presented
    return { keyPrefix, apiKey: await inTransaction((keys) => keys.findByHash(keyHash)) }
  }
}
