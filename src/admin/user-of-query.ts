import type { Host, OwnerId } from '../key/host.js'
import { isId } from '../keyring/input.js'
import type { AdminActor } from './actor.js'
import { RequestProblem } from './problem.js'

/**
 * The user that a query names, as the application's ids are: it can only be one of theirs that looks like the actor's.
 * Throws `RequestProblem`.
 */
export function userOf(
  { userId }: Pick<AdminActor<Host>, 'userId'>,
  text: string | undefined,
): { userId?: OwnerId } {
  if (text === undefined) return {}
  if (typeof userId === 'string') {
    if (isId(userId) && !isId(text)) throw noUserId('must be a UUID')
    return { userId: text }
  }
  if (!/^-?\d{1,19}$/.test(text)) throw noUserId('must be a whole number')
  return { userId: typeof userId === 'number' ? Number(text) : BigInt(text) }
}

function noUserId(message: string): RequestProblem {
  return new RequestProblem('invalid_input', [{ field: 'userId', message }])
}
