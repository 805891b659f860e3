import { hashSecret } from '../../key/secret.js'

/** What a key may consist of, without the marks that end a sentence or stand around a word. */
const keyLike = /\w(?:[\w.~+/-]*\w)?/g

/** Whether a text holds the secret that has this hash: beside a hash, nothing else tells. */
export function holdsSecretOf(keyHash: string, text: string): boolean {
  const words = [...text.split(/\s+/), ...(text.match(keyLike) ?? [])]
  return words.some((word) => hashSecret(word) === keyHash)
}
