import { createKeyring } from './create-keyring.js'
import type { Keyring } from './keyring.js'

let shared: Keyring | undefined

/** One keyring on `DATABASE_URL` for all middleware that names none, so that they share one pool. */
export function defaultKeyring(): Keyring {
  shared ??= createKeyring()
  return shared
}
