import { Refusal } from '../errors.js'
import type { Keyring } from '../keyring/keyring.js'

/** A key in a URL stands in logs and histories by now, whoever sent it; it is refused even beside a good header. */
export function refuseKeyInUrl(keyring: Keyring, { originalUrl }: { readonly originalUrl: string }): void {
  const leaked = keyring.findSecretIn(originalUrl)
  if (leaked !== null) throw new Refusal('key_in_url', { keyPrefix: leaked.keyPrefix })
}
