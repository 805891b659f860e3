import type { IncomingMessage } from 'node:http'
import { Refusal } from '../errors.js'
import type { Keyring } from '../keyring/keyring.js'

const usualHeaders = ['authorization', 'x-api-key'] as const

/**
 * A request that seems to bring no key may bring one where it is not read: bare in `Authorization`, after another
 * scheme, or in an `X-API-Key` that is not enabled. Its sender believes to be known, so it does not pass for nobody.
 */
export function refuseMisplacedKey(keyring: Keyring, { headers }: Pick<IncomingMessage, 'headers'>): void {
  for (const name of usualHeaders) {
    const misplaced = keyring.findSecretIn(String(headers[name] ?? ''))
    if (misplaced !== null) throw new Refusal('key_misplaced', { keyPrefix: misplaced.keyPrefix })
  }
}
