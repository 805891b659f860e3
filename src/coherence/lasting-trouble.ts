import { NeedsMending } from '../epoch.js'
import { Refusal } from '../errors.js'

/** Why loads fail until a person mends it; `null` for a failure that may pass. */
export function lastingTrouble(error: unknown): NeedsMending | null {
  return error instanceof Refusal && error.cause instanceof NeedsMending ? error.cause : null
}
