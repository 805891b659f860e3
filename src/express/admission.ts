import type { Caller } from '../caller.js'
import { Refusal } from '../errors.js'
import type { AuthenticatedEvent } from '../events.js'
import type { Host } from '../key/host.js'
import type { Principal } from '../key/principal.js'
import { type Admission, type Admit, type Admitting, admission } from '../keyring/admission.js'
import type { RequestKeyring } from '../keyring/keyring.js'

/** How a keyring lets requests in; one that a host has wrapped does so by its public verbs. */
export function admittingOf(keyring: RequestKeyring): Admitting {
  const own = keyring[admission] ?? wrapped.get(keyring)
  if (own !== undefined) return own
  const byVerbs = {
    admit: byVerb((...asked) => keyring.authenticate(...asked)),
    admitFresh: byVerb((...asked) => keyring.authenticateFresh(...asked)),
  }
  wrapped.set(keyring, byVerbs)
  return byVerbs
}

// One for each: a request that has passed one middleware is known to the next of the same keyring.
const wrapped = new WeakMap<RequestKeyring, Admitting>()

type Authenticate = (secret: string, caller?: Caller) => unknown

/** Whatever is no principal of a key must not pass for "no key was sent". */
function byVerb(authenticate: Authenticate): Admit {
  return async (secret, caller) => {
    const principal = await authenticate(secret, caller)
    if (isPrincipal(principal)) return { principal, cached: null, limits: null, refuse: () => null }
    const cause = new TypeError('authenticate() of the keyring returned no principal')
    throw new Refusal('store_failed', {}, cause)
  }
}

function isPrincipal(answer: unknown): answer is Principal<Host> {
  return typeof answer === 'object' && answer !== null && 'apiKey' in answer && Boolean(answer.apiKey)
}

export function authenticatedEvent({ principal, cached }: Admission, waitedMs?: number): AuthenticatedEvent {
  const { id: apiKeyId, keyPrefix, ...owners } = principal.apiKey
  const [tenantId, userId] = [String(owners.tenantId), String(owners.userId)]
  const event = { type: 'authenticated', apiKeyId, keyPrefix, tenantId, userId, cached } as const
  return waitedMs === undefined ? event : { ...event, waitedMs }
}

/** Whatever went wrong with us, it is not the client's credential: never 401, and never a pass. */
export function toRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal('store_failed', {}, error)
}
