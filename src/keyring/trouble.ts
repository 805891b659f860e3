import { lastingTrouble } from '../coherence/lasting-trouble.js'
import { Refusal } from '../errors.js'
import { type DatabaseTrouble, databaseTrouble } from '../store/database-trouble.js'

/** Why a `store_unavailable` was thrown. For a person who runs the app, never for a client of it. */
export type Trouble = DatabaseTrouble | 'corrupt_record'

export function troubleBehind(error: unknown): Trouble {
  if (!(error instanceof Refusal)) return 'unknown'
  if (error.reason === 'corrupt_record') return 'corrupt_record'
  return error.reason === 'store_timeout' ? 'timeout' : databaseTrouble(error.cause)
}

/** What is said of it. Never the text of a cause: it names hosts, ports and users. */
export interface ToldTrouble {
  readonly why: string
  /** Absent where it may pass by itself. */
  readonly mend?: string
}

// A trouble without a row does not compile.
const told: Readonly<Record<Trouble, ToldTrouble>> = {
  unreachable: {
    why: 'the database cannot be reached',
    mend: 'see that it runs, and that its URL is right',
  },
  timeout: { why: 'the database did not answer in time' },
  access_denied: {
    why: 'the database refuses the connection',
    mend: 'see that its URL is set, with the right user and password',
  },
  no_database: { why: 'the server has no database of this name', mend: 'see that its URL is right' },
  tls_failed: {
    why: 'no TLS connection to the database can be made',
    mend: 'see that sslmode in its URL is right',
  },
  too_busy: {
    why: 'the database takes no more connections',
    mend: 'raise its limit, or make pools smaller',
  },
  no_tables: {
    why: 'the tables are missing, or older than this package',
    mend: 'run "npx express-api-keys doctor" to see what to do',
  },
  no_rights: {
    why: 'the database user lacks a right on the tables',
    mend: 'grant it the rights that the application needs',
  },
  replica: { why: 'the database is a read replica', mend: 'connect to the primary' },
  corrupt_record: {
    why: 'the row of a key is corrupt',
    mend: 'mend its scopes or its times, or revoke it',
  },
  unknown: {
    why: 'the database failed',
    mend: 'run "npx express-api-keys doctor" to see what it lacks',
  },
}

export function toldOf(trouble: Trouble): ToldTrouble {
  return told[trouble]
}

/** Of an error that a load of keys failed with. */
export function toldOfFailure(error: unknown): ToldTrouble {
  const lasting = lastingTrouble(error)
  return lasting === null ? told[troubleBehind(error)] : { why: lasting.message, mend: lasting.mend }
}
