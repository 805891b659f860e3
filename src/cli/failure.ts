import { ApiKeyError, type ApiKeyErrorCode } from '../errors.js'
import { type Trouble, troubleBehind } from '../keyring/trouble.js'
import type { Ending } from './exit-code.js'

/** A failure that the command line itself finds. The message is the whole sentence that a person reads. */
export class CliFailure extends Error {
  readonly ending: Ending
  readonly code: string

  constructor(ending: Ending, code: string, sentence: string) {
    super(sentence)
    this.ending = ending
    this.code = code
  }
}

export function usageFailure(sentence: string): CliFailure {
  return new CliFailure('usage', 'usage', sentence)
}

/** What is told of a failure: one sentence, without a stack, a host or a password. */
export interface Failure {
  readonly ending: Ending
  readonly code: string
  readonly sentence: string
}

export function failureOf(error: unknown): Failure {
  if (error instanceof CliFailure) return { ending: error.ending, code: error.code, sentence: error.message }
  if (!(error instanceof ApiKeyError)) return unexpected(error)
  if (error.code === 'store_unavailable') {
    const trouble = troubleBehind(error)
    return { code: trouble, ...troubles[trouble] }
  }
  return { ending: endings[error.code], code: error.code, sentence: inWordsOfFlags(error.message) }
}

// A code without a row does not compile.
const endings: Readonly<Record<Exclude<ApiKeyErrorCode, 'store_unavailable'>, Ending>> = {
  missing_credentials: 'failed',
  invalid_request: 'failed',
  invalid_api_key: 'failed',
  insufficient_scope: 'failed',
  invalid_option: 'usage',
  invalid_input: 'usage',
  not_found: 'notFound',
  conflict: 'conflict',
  precondition_failed: 'conflict',
  idempotency_conflict: 'conflict',
  exceeds_issuer: 'failed',
  unprotected_route: 'failed',
}

const troubles: Readonly<Record<Trouble, Omit<Failure, 'code'>>> = {
  unreachable: {
    ending: 'unreachable',
    sentence: 'The database cannot be reached: is it running, and is DATABASE_URL right?',
  },
  timeout: { ending: 'unreachable', sentence: 'The database did not answer in time.' },
  access_denied: {
    ending: 'unreachable',
    sentence: 'The database refuses the connection: are user and password in DATABASE_URL right?',
  },
  no_database: { ending: 'unreachable', sentence: 'The server has no database of the name in DATABASE_URL.' },
  tls_failed: {
    ending: 'unreachable',
    sentence: 'No TLS connection to the database could be made: is sslmode in DATABASE_URL right?',
  },
  too_busy: { ending: 'unreachable', sentence: 'The database takes no more connections at the moment.' },
  no_tables: {
    ending: 'failed',
    sentence:
      'The tables are missing, or older than this package: run "npx express-api-keys doctor" to see which migrations to apply.',
  },
  no_rights: {
    ending: 'failed',
    sentence: 'The database user lacks a right on the tables: grant it the rights that the application has.',
  },
  replica: {
    ending: 'failed',
    sentence: 'The database is a read replica: let DATABASE_URL name the primary.',
  },
  corrupt_record: {
    ending: 'failed',
    sentence: 'A record of this tenant is corrupt: its scopes or its times are none.',
  },
  unknown: {
    ending: 'failed',
    sentence: 'The database failed at this command: run "npx express-api-keys doctor" to see what it lacks.',
  },
}

const flagOfField: Readonly<Record<string, string>> = {
  tenantId: '--tenant',
  userId: '--user',
  name: '--name',
  scopes: '--scope',
  expiresAt: '--expires',
  reason: '--reason',
  text: '--text',
  graceMs: '--grace',
  deadlineMs: '--deadline',
  olderThanMs: '--older-than',
  id: 'ID',
}

const DAY_MS = 86_400_000

/** The keyring's sentences begin with the field of its input; a person at a shell typed a flag. */
function inWordsOfFlags(message: string): string {
  const [, field, rest] = /^(\w+): (.*)$/s.exec(message) ?? []
  const flag = field === undefined ? undefined : flagOfField[field]
  const sentence = flag === undefined ? message : aboutFlag(flag, rest)
  return sentence.endsWith('.') ? sentence : `${sentence}.`
}

function aboutFlag(flag: string, rest = ''): string {
  if (rest.startsWith('must ')) return `${flag} ${inDays(rest)}`
  return `${rest.charAt(0).toUpperCase()}${rest.slice(1)}`.replace('tenantId', '--tenant')
}

/** The keyring counts milliseconds; a person wrote `90d`. */
function inDays(mend: string): string {
  return mend.replace(/^must be a whole number from \d+ to (\d{9,})$/, (_, most) => {
    return `must be at most ${Math.floor(Number(most) / DAY_MS)}d`
  })
}

/** Its text may hold anything, so only its kind is told. */
function unexpected(error: unknown): Failure {
  const kind = error instanceof Error ? error.name : typeof error
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : ''
  return {
    ending: 'failed',
    code: 'unexpected',
    sentence: `An unexpected error ended the command: ${kind}${code}.`,
  }
}
