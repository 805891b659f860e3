import type { Host } from '../key/host.js'
import { type Admitting, admission } from './admission.js'
import type { Keyring } from './keyring.js'

interface Parts
  extends Omit<Keyring<Host>, 'authenticate' | 'authenticateFresh' | typeof admission>,
    Admitting {}

/** What callers hold, of what it is made of. */
export function toKeyring({ admit, admitFresh, ...rest }: Parts): Keyring<Host> {
  const keyring: Keyring<Host> = {
    ...rest,
    authenticate: async (...asked) => (await admit(...asked)).principal,
    authenticateFresh: async (...asked) => (await admitFresh(...asked)).principal,
  }
  // Not enumerable: a copy that a host wraps must not keep this beside its own `authenticate`.
  Object.defineProperty(keyring, admission, { value: { admit, admitFresh } })
  return Object.freeze(keyring)
}
