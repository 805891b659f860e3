import { NeedsMending } from '../epoch.js'
import { Refusal } from '../errors.js'
import type { LoadMany } from './batched-load.js'

/** Why loads fail until a person mends it; `null` for a failure that may pass. */
export function lastingTrouble(error: unknown): NeedsMending | null {
  return error instanceof Refusal && error.cause instanceof NeedsMending ? error.cause : null
}

/** Whether the database answers what is asked for keys. One that answers what cannot be used is up. */
export function askForNothing(loadMany: LoadMany): Promise<'up' | 'down'> {
  return loadMany([]).then(
    () => 'up',
    (error) => (lastingTrouble(error) === null ? 'down' : 'up'),
  )
}
