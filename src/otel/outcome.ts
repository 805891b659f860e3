import type { Attributes } from '@opentelemetry/api'
import { type RefusalReason, refusalReasons } from '../errors.js'
import type { AuthenticatedEvent, RefusedEvent } from '../events.js'
import { labelled } from './labelled.js'

/** What became of a credential. A scope that is missing comes later: who lacks it was authenticated before. */
export type Outcome =
  | Exclude<RefusalReason, 'scope_missing'>
  | 'admitted'
  | 'admitted from memory'
  | 'admitted after a load'

export const OUTCOME = 'api_key.outcome'
const CACHE_RESULT = 'api_key.cache.result'

/** Of those admitted by a keyring that the host has wrapped, it is not known where the answer came from. */
export const outcomeLabels: Readonly<Record<Outcome, Attributes>> = {
  admitted: { [OUTCOME]: 'admitted' },
  'admitted from memory': { [OUTCOME]: 'admitted', [CACHE_RESULT]: 'hit' },
  'admitted after a load': { [OUTCOME]: 'admitted', [CACHE_RESULT]: 'miss' },
  ...labelled(
    OUTCOME,
    refusalReasons.filter((reason) => reason !== 'scope_missing'),
  ),
}

/** `null` for what is no outcome of an authentication. */
export function outcomeOf(event: AuthenticatedEvent | RefusedEvent): Outcome | null {
  if (event.type === 'refused') return event.reason === 'scope_missing' ? null : event.reason
  if (event.cached === null) return 'admitted'
  return event.cached ? 'admitted from memory' : 'admitted after a load'
}
