import { types } from 'node:util'
import { NeedsMending } from '../epoch.js'

/** What keeps a process from using its database, so far as a code tells. */
export type DatabaseTrouble =
  | 'unreachable'
  | 'timeout'
  | 'access_denied'
  | 'no_database'
  | 'tls_failed'
  | 'too_busy'
  | 'no_tables'
  | 'no_rights'
  | 'replica'
  | 'unknown'

// Codes of Prisma, of PostgreSQL and of the operating system; the same trouble has one of each.
const troubleOfCode: Readonly<Record<string, DatabaseTrouble>> = {
  P1001: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  ENOTFOUND: 'unreachable',
  ENOENT: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  '57P03': 'unreachable',
  P1002: 'timeout',
  P1008: 'timeout',
  P2024: 'timeout',
  ETIMEDOUT: 'timeout',
  '57014': 'timeout',
  P1000: 'access_denied',
  P1010: 'access_denied',
  '28000': 'access_denied',
  '28P01': 'access_denied',
  P1003: 'no_database',
  '3D000': 'no_database',
  P1011: 'tls_failed',
  P2037: 'too_busy',
  '53300': 'too_busy',
  P2021: 'no_tables',
  P2022: 'no_tables',
  '42P01': 'no_tables',
  '42703': 'no_tables',
  '42501': 'no_rights',
  '25006': 'replica',
}

// Drivers have no code for these.
const troubleOfText: readonly (readonly [RegExp, DatabaseTrouble])[] = [
  [/timeout|timed out/i, 'timeout'],
  [/connection terminated|connection ended/i, 'unreachable'],
  [/SSL|TLS|certificate/i, 'tls_failed'],
  [/replica/i, 'replica'],
]

export function databaseTrouble(error: unknown): DatabaseTrouble {
  // Not `instanceof`: the errors of Node's sockets are of another realm where an app runs inside of a VM, as in Jest.
  if (!types.isNativeError(error)) return 'unknown'
  if (error instanceof NeedsMending && error.cause !== undefined) return databaseTrouble(error.cause)
  // A name of several addresses fails with an error for each.
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) {
    return databaseTrouble(error.errors[0])
  }
  const code = 'code' in error ? String(error.code) : ''
  const said = /\b(?:Code: `|code )?([0-9A-Z]{5})\b/.exec(error.message)?.[1] ?? ''
  return (
    troubleOfCode[code] ??
    troubleOfCode[said] ??
    troubleOfText.find(([text]) => text.test(error.message))?.[1] ??
    'unknown'
  )
}
