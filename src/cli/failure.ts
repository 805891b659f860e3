import { capitalized } from '../capitalized.js'
import { DAY_MS } from '../clock.js'
import { ApiKeyError, InvalidInput } from '../errors.js'
import { type ToldTrouble, type Trouble, toldOf, troubleBehind } from '../keyring/trouble.js'
import type { ApiKeyErrorCode } from '../responses.js'
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
    return { code: trouble, ending: endingsOfTrouble[trouble], sentence: sentenceOf(toldOf(trouble)) }
  }
  const sentence = error instanceof InvalidInput ? inWordsOfFlags(error) : error.message
  return { ending: endings[error.code], code: error.code, sentence: ended(sentence) }
}

// A code without a row does not compile.
const endings: Readonly<Record<Exclude<ApiKeyErrorCode, 'store_unavailable'>, Ending>> = {
  missing_credentials: 'failed',
  invalid_request: 'failed',
  invalid_api_key: 'failed',
  insufficient_scope: 'failed',
  forbidden_address: 'failed',
  rate_limited: 'failed',
  quota_exceeded: 'failed',
  quota_exhausted: 'failed',
  invalid_option: 'usage',
  invalid_input: 'usage',
  not_found: 'notFound',
  conflict: 'conflict',
  precondition_failed: 'conflict',
  idempotency_conflict: 'conflict',
  exceeds_issuer: 'failed',
  unprotected_route: 'failed',
}

const endingsOfTrouble: Readonly<Record<Trouble, Ending>> = {
  unreachable: 'unreachable',
  timeout: 'unreachable',
  access_denied: 'unreachable',
  no_database: 'unreachable',
  tls_failed: 'unreachable',
  too_busy: 'unreachable',
  no_tables: 'failed',
  no_rights: 'failed',
  replica: 'failed',
  corrupt_record: 'failed',
  unknown: 'failed',
}

function sentenceOf({ why, mend }: ToldTrouble): string {
  return `${capitalized(why)}${mend === undefined ? '' : `: ${mend}`}.`
}

const flagOfField: Readonly<Record<string, string>> = {
  tenantId: '--tenant',
  userId: '--user',
  name: '--name',
  scopes: '--scope',
  limits: '--limits',
  allowedCidrs: '--allow-from',
  expiresAt: '--expires',
  from: '--from',
  to: '--to',
  reason: '--reason',
  text: '--text',
  graceMs: '--grace',
  deadlineMs: '--deadline',
  olderThanMs: '--older-than',
  id: 'ID',
}

/** The keyring names the field of its input; a person at a shell typed a flag. */
function inWordsOfFlags({ field, problem, message }: InvalidInput): string {
  const flag = flagOfField[field]
  if (flag === undefined) return message
  if (problem.startsWith('must '))
    return `${flag} ${inDays(problem).replace('null or ', '').replace('"to"', '--to')}`
  return capitalized(problem).replace('tenantId', '--tenant')
}

function ended(sentence: string): string {
  return sentence.endsWith('.') ? sentence : `${sentence}.`
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
