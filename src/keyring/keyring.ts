import type { Observer } from '../events.js'
import type { PresentedKey } from '../key/secret.js'
import type { Authenticate } from './authenticate.js'
import type { Get } from './get.js'
import type { Issue } from './issue.js'
import type { List } from './list.js'
import type { Revoke } from './revoke.js'

/**
 * The keys of one application. Every verb that manages keys takes the tenant, and finds nothing of another.
 * All verbs throw `ApiKeyError`: `store_unavailable` when the database does not answer in time.
 */
export interface Keyring {
  /** Makes a key and returns its secret, the only time it exists. Throws `invalid_input`, naming the field. */
  readonly issue: Issue
  /** The principal of a secret, or a refusal: `invalid_api_key` for anything but a living key. */
  readonly authenticate: Authenticate
  /** Ends a key for ever; repeating it changes nothing. Throws `not_found`. */
  readonly revoke: Revoke
  readonly list: List
  /** One key, or `null` when the tenant has no such key. */
  readonly get: Get
  /** Finds a secret of this keyring inside a longer text, such as a URL or a log line; needs no database. */
  readonly findSecretIn: (text: string) => Pick<PresentedKey, 'keyPrefix'> | null
  /** Reports to the observer given at construction. */
  readonly observe: Observer
  /** Ends the keyring: what asks later is refused with `store_unavailable`. Closes the client only if it made it. */
  close(): Promise<void>
}
