import { type Clock, systemClock } from '../clock.js'
import { NeedsMending } from '../epoch.js'
import type { RefusalReason } from '../errors.js'
import { contained, type Observer, type RefusedEvent } from '../events.js'
import { createSayOnce, type Say, sayOnStandardError } from '../say.js'
import { databaseTrouble } from '../store/database-trouble.js'
import { toldOf } from './trouble.js'

const PAUSE_MS = 60_000

/** Refusals that are trouble of ours, and what the log has to say about them. */
const sentences: Partial<Record<RefusalReason, (event: RefusedEvent) => string>> = {
  store_failed: ({ cause }) => failureOf(cause),
  store_timeout: () => 'the database did not answer in time',
  corrupt_record: ({ apiKeyId }) => `the row of API key ${apiKeyId} is corrupt: mend its scopes or its times`,
  counters_failed: () => 'the counters of limits do not answer: see that they run',
  keyring_closed: () => 'the keyring is closed: end the server before it',
}

/** The option may be wrong: then every key is refused, and no response says why. */
const OWNER_MOVED =
  'A key is refused with 401, for its user is of another tenant than itself; where no user ever moves, see that "tenantOfUser" names the field with the id of the tenant. Pass "onEvent" to hear each with its cause.'

function failureOf(cause: unknown): string {
  if (cause instanceof NeedsMending) return `${cause.message}; to mend it, ${cause.mend}`
  const { why, mend } = toldOf(databaseTrouble(cause))
  const failed = `${why} (${codeOf(cause)})`
  return mend === undefined ? failed : `${failed}: ${mend}`
}

/**
 * Without an observer, an outage would leave the log empty. Each kind of trouble is said at once, and then at most
 * once a minute, with a count; a user that has moved is said once. Never the text of a cause: it names hosts, ports and users.
 */
export function createWarnUnavailable(clock: Clock, say: Say): Observer {
  const saidAtMs = new Map<RefusalReason, number>()
  const unsaid = new Map<RefusalReason, number>()
  const sayOnce = createSayOnce(say)

  return (event) => {
    if (event.type !== 'refused') return
    const { reason } = event
    if (reason === 'owner_moved') sayOnce(reason, OWNER_MOVED)
    const sentence = sentences[reason]?.(event)
    if (sentence === undefined) return
    const count = (unsaid.get(reason) ?? 0) + 1
    const nowMs = clock.monotonicMs()
    if (nowMs - (saidAtMs.get(reason) ?? -Infinity) < PAUSE_MS) {
      unsaid.set(reason, count)
      return
    }
    saidAtMs.set(reason, nowMs)
    unsaid.delete(reason)
    const times = count === 1 ? '' : ` (${count} times since this was said last)`
    say(
      `Requests are answered with 503, for ${sentence}${times}. Pass "onEvent" to hear each with its cause.`,
    )
  }
}

/** One for the process: several middlewares on one database need not all say it. */
export const warnUnavailable = contained(createWarnUnavailable(systemClock, sayOnStandardError))

const codeGrammar = /^[A-Z0-9_]{2,40}$/

/** `P1001` of Prisma's, `ECONNREFUSED` of Node's, `57P01` of PostgreSQL's; else what kind of error it is. */
function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'no error code'
  const code: unknown = 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && codeGrammar.test(code) ? code : cause.name
}
