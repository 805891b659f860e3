import { BODY_LENGTH, isPrefix, SHOWN_LENGTH, secretFormat } from './secret.js'

// What a person may hold in hand without knowing of which keyring it is: the prefix is read from the text itself.

const whole = new RegExp(`^([a-z][a-z0-9_]*)_[0-9A-Za-z]{${BODY_LENGTH}}$`)
const shown = new RegExp(`^([a-z][a-z0-9_]*)_[0-9A-Za-z]{${SHOWN_LENGTH}}$`)
const anywhere = new RegExp(
  `(?<![A-Za-z0-9_])([a-z][a-z0-9_]{0,19})_[0-9A-Za-z]{${BODY_LENGTH}}(?![0-9A-Za-z])`,
  'g',
)
// A copied piece is worth as much care as the whole; shorter runs are UUIDs and commits.
const piece = /[a-z0-9]_[0-9A-Za-z]{41,}/

/** The prefix of a text that has the form of a secret, whatever its checksum says; else `null`. */
export function prefixOfSecret(text: string): string | null {
  const [, prefix] = whole.exec(text) ?? []
  return prefix !== undefined && isPrefix(prefix) ? prefix : null
}

/** The prefix that a stored key prefix (`ak_8fK2`) begins with; `null` where that is not of this form, as of imported keys. */
export function prefixOfKeyPrefix(keyPrefix: string): string | null {
  const [, prefix] = shown.exec(keyPrefix) ?? []
  return prefix !== undefined && isPrefix(prefix) ? prefix : null
}

/** Whether a text holds a secret of any keyring of this package, as its checksum tells. */
export function holdsGenuineSecret(text: string): boolean {
  return [...text.matchAll(anywhere)].some(
    ([secret, prefix = '']) => secretFormat(prefix).parse(secret) !== null,
  )
}

/** Whether a text holds what could be a secret, or most of one. */
export function holdsSecretLike(text: string): boolean {
  return piece.test(text)
}
