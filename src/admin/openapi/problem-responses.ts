import { z } from 'zod'
import { capitalized } from '../../capitalized.js'
import { fieldError } from '../field-errors.js'
import type { Operation } from '../operation.js'
import { type ProblemCode, problems } from '../problem.js'

/** What every request can be answered with, whatever it asks. */
const always: readonly ProblemCode[] = [
  ...(['missing_credentials', 'invalid_api_key', 'unauthenticated'] as const),
  ...(['insufficient_scope', 'forbidden', 'forbidden_address'] as const),
  ...(['rate_limited', 'quota_exceeded', 'quota_exhausted'] as const),
  ...(['invalid_request', 'invalid_input', 'store_unavailable'] as const),
]
const ofBodies: readonly ProblemCode[] = ['content_too_large', 'unsupported_media_type']

export function problemCodesOf({ body, problems: own }: Operation): readonly ProblemCode[] {
  return [...always, ...(body === 'none' ? [] : ofBodies), ...own]
}

export function problemSchemaOf(code: ProblemCode): z.ZodObject {
  const { status, tells } = problems[code]
  return z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.literal(status),
    code: z.literal(code),
    ...(tells === 'detail' ? { detail: z.string() } : {}),
    ...(tells === 'errors' ? { errors: z.array(fieldError).min(1) } : {}),
    ...(tells === 'violated-policies' ? { 'violated-policies': z.array(z.string()).min(1) } : {}),
    ...(tells === 'requiredScopes' ? { requiredScopes: z.array(z.string()) } : {}),
  })
}

const text = { schema: { type: 'string' } }
const headersOfStatus: Readonly<Record<number, object>> = {
  401: { 'WWW-Authenticate': text },
  429: { 'Retry-After': { schema: { type: 'integer' } }, RateLimit: text, 'RateLimit-Policy': text },
  503: { 'Retry-After': { schema: { type: 'integer' } } },
}

/** A response a status, for the codes that share it. */
export function problemResponses(
  codes: readonly ProblemCode[],
  refer: (schemaName: string) => object,
): Readonly<Record<string, object>> {
  const statuses = [...new Set(codes.map((code) => problems[code].status))].toSorted()
  return Object.fromEntries(
    statuses.map((status) => {
      const sharing = codes.filter((code) => problems[code].status === status)
      const references = sharing.map(problemName).map(refer)
      const response = {
        description: sharing.map((code) => problems[code].title).join(' Or: '),
        ...(headersOfStatus[status] === undefined ? {} : { headers: headersOfStatus[status] }),
        content: {
          'application/problem+json': {
            schema: references.length === 1 ? references[0] : { oneOf: references },
          },
        },
      }
      return [String(status), response]
    }),
  )
}

/** `invalid_input` is `InvalidInputProblem`. */
export function problemName(code: ProblemCode): string {
  return `${code.split('_').map(capitalized).join('')}Problem`
}
