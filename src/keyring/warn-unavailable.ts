import { type Clock, systemClock } from '../clock.js'
import { NeedsMending } from '../epoch.js'
import type { RefusalReason } from '../errors.js'
import { contained, type Observer, type RefusedEvent } from '../events.js'
import { type DatabaseTrouble, databaseTrouble } from '../store/database-trouble.js'

const PAUSE_MS = 60_000

/** Refusals that are trouble of ours, and what the log has to say about them. */
const sentences: Partial<Record<RefusalReason, (event: RefusedEvent) => string>> = {
  store_failed: ({ cause }) => failureOf(cause),
  store_timeout: () => 'the database did not answer in time',
  corrupt_record: ({ apiKeyId }) => `the row of API key ${apiKeyId} is corrupt: mend its scopes or its times`,
  keyring_closed: () => 'the keyring is closed: end the server before it',
}

/** What a person may look at first; a failure that may pass by itself has no such advice. */
const advice: Readonly<Record<DatabaseTrouble, string | null>> = {
  unreachable: 'see that it runs, and that its URL is right',
  timeout: null,
  access_denied: 'see that user and password in its URL are right',
  no_database: 'its server has no database of the name in its URL',
  tls_failed: 'see that sslmode in its URL is right',
  too_busy: 'it takes no more connections; raise its limit, or make pools smaller',
  no_tables: 'run "npx express-api-keys doctor" to see what is missing',
  no_rights: 'its user lacks a right on the tables of express-api-keys',
  replica: 'it is a read replica; connect to the primary',
  unknown: null,
}

function failureOf(cause: unknown): string {
  if (cause instanceof NeedsMending) return `${cause.message}; to mend it, ${cause.mend}`
  const advised = advice[databaseTrouble(cause)]
  const failed = `the database failed (${codeOf(cause)})`
  return advised === null ? failed : `${failed}: ${advised}`
}

type Say = (sentence: string) => void

/**
 * Without an observer, an outage would leave the log empty. Each kind of trouble is said at once, and then at most
 * once a minute, with a count. Never the text of a cause: it names hosts, ports and users.
 */
export function createWarnUnavailable(clock: Clock, say: Say): Observer {
  const saidAtMs = new Map<RefusalReason, number>()
  const unsaid = new Map<RefusalReason, number>()

  return (event) => {
    if (event.type !== 'refused') return
    const { reason } = event
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
export const warnUnavailable = contained(
  createWarnUnavailable(systemClock, (sentence) => process.emitWarning(sentence, 'ExpressApiKeysWarning')),
)

const codeGrammar = /^[A-Z0-9_]{2,40}$/

/** `P1001` of Prisma's, `ECONNREFUSED` of Node's, `57P01` of PostgreSQL's; else what kind of error it is. */
function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'no error code'
  const code: unknown = 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && codeGrammar.test(code) ? code : cause.name
}
