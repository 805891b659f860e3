import { type ApiKeyError, Refusal } from '../errors.js'
import { type DatabaseTrouble, databaseTrouble } from '../store/database-trouble.js'

/** Why a `store_unavailable` was thrown. For a person who runs the app, never for a client of it. */
export type Trouble = DatabaseTrouble | 'corrupt_record'

export function troubleBehind(error: ApiKeyError): Trouble {
  if (!(error instanceof Refusal)) return 'unknown'
  if (error.reason === 'corrupt_record') return 'corrupt_record'
  return error.reason === 'store_timeout' ? 'timeout' : databaseTrouble(error.cause)
}
