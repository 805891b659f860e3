import { BODY_LENGTH } from './secret.js'
import { prefixOfSecret } from './secret-shape.js'

/** Whether a text is none of a keyring's business: a JWT, the token of a session, a key of another keyring. */
export type IsForeign = (text: string) => boolean

/**
 * Whatever begins with the prefix and its underscore is the keyring's own, and be it garbage: a damaged key is refused,
 * never handed on as a stranger's. But for a whole key of a longer prefix: by length and alphabet alone,
 * `acme_live_…` cannot be a key of `acme`.
 */
export function foreignTo(prefix: string, imported: readonly string[] = []): IsForeign {
  const start = `${prefix}_`
  const length = start.length + BODY_LENGTH
  return (text) =>
    !imported.some((beginning) => text.startsWith(beginning)) &&
    (!text.startsWith(start) || (text.length > length && prefixOfSecret(text) !== null))
}
