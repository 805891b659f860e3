import { Refusal } from '../errors.js'
import type { RequestKeyring } from '../keyring/keyring.js'

/** A key in a URL stands in logs and histories by now, whoever sent it; it is refused even beside a good header. */
export function refuseKeyInUrl(
  keyring: RequestKeyring,
  { originalUrl }: { readonly originalUrl: string },
): void {
  const leaked = keyring.findSecretIn(originalUrl) ?? findEscaped(keyring, originalUrl)
  if (leaked !== null) throw new Refusal('key_in_url', { keyPrefix: leaked.keyPrefix })
}

/** A URL inside a URL inside a URL. */
const MAX_ESCAPES = 3

/** Whoever parses the URL sees through escapes, also those that nothing needs. */
function findEscaped(keyring: RequestKeyring, url: string): ReturnType<RequestKeyring['findSecretIn']> {
  let text = url
  for (let times = 0; times < MAX_ESCAPES && text.includes('%'); times += 1) {
    text = text.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
    const found = keyring.findSecretIn(text)
    if (found !== null) return found
  }
  return null
}
