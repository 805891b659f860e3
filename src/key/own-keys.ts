import { SHOWN_LENGTH } from './secret.js'

/** Which keys are a keyring's own, by their stored prefix: keyrings with other prefixes may share its table. */
export interface OwnKeys {
  readonly prefix: string
  readonly has: (keyPrefix: string) => boolean
  /** The same, as a regular expression of JavaScript and of PostgreSQL. */
  readonly pattern: string
}

export function ownKeys(prefix: string, imported: readonly string[]): OwnKeys {
  const shown = `[0-9A-Za-z]{0,${SHOWN_LENGTH}}`
  // Prefixes are letters, digits, "_" and "-", which stand for themselves.
  const pattern = `^(${[`${prefix}_`, ...imported].join('|')})${shown}$`
  const own = new RegExp(pattern)
  return Object.freeze({ prefix, has: (keyPrefix: string) => own.test(keyPrefix), pattern })
}
