import { hashSecret } from '../../key/secret.js'

/** What a key may consist of, without the marks that end a sentence or stand around a word. */
const keyLike = /\w(?:[\w.~+/-]*\w)?/g

export interface KnownSecrets {
  readonly has: (keyHash: string) => boolean
  /** A secret without what it begins with is worth as much as the whole. */
  readonly prefixes: Iterable<string>
}

/** Whether a text holds a secret that has one of these hashes: beside a hash, nothing else tells. */
export function holdsSecretOf({ has, prefixes }: KnownSecrets, text: string): boolean {
  const words = [...text.split(/\s+/), ...(text.match(keyLike) ?? [])]
  const starts = ['', ...prefixes]
  return words.some((word) => starts.some((start) => has(hashSecret(`${start}${word}`))))
}
