import { InvalidInput } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import type { Host, TextHost } from '../key/host.js'
import type { SecretFormat } from '../key/secret.js'
import type { InKeyTransaction } from '../store/key-transaction.js'

/** What can be told of a secret. */
export interface InspectedSecret<H extends Host = TextHost> {
  readonly keyPrefix: string
  /** Whatever its status; `null` when no tenant has such a key. */
  readonly apiKey: ApiKey<H> | null
}

export type Inspect<H extends Host = TextHost> = (secret: string) => Promise<InspectedSecret<H>>

interface Dependencies {
  readonly format: SecretFormat
  readonly inTransaction: InKeyTransaction
}

export function createInspect({ format, inTransaction }: Dependencies): Inspect<Host> {
  return async (secret) => {
    const presented = format.parse(secret)
    if (presented === null)
      throw new InvalidInput('secret', 'must be a whole API key of this keyring’s prefix')
    const { keyHash, keyPrefix } = presented
    return { keyPrefix, apiKey: await inTransaction((keys) => keys.findByHash(keyHash)) }
  }
}
