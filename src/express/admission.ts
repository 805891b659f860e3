import { Refusal } from '../errors.js'
import type { AuthenticatedEvent } from '../events.js'
import type { ApiKey } from '../key/api-key.js'
import type { Principal } from '../key/principal.js'

/** A host may wrap a keyring: whatever is no principal of a key must not pass for "no key was sent". */
export function requirePrincipal(answer: unknown): Principal | Promise<Principal> {
  if (isPrincipal(answer)) return answer
  return Promise.resolve(answer).then((later) => {
    if (isPrincipal(later)) return later
    throw new Refusal(
      'store_failed',
      {},
      new TypeError('authenticate() of the keyring returned no principal'),
    )
  })
}

function isPrincipal(answer: unknown): answer is Principal {
  return typeof answer === 'object' && answer !== null && 'apiKey' in answer && Boolean(answer.apiKey)
}

export function authenticatedEvent({ id, keyPrefix, tenantId, userId }: ApiKey): AuthenticatedEvent {
  return { type: 'authenticated', apiKeyId: id, keyPrefix, tenantId, userId }
}

/** Whatever went wrong with us, it is not the client's credential: never 401, and never a pass. */
export function toRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal('store_failed', {}, error)
}
