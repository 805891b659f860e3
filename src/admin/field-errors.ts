import { z } from 'zod'

/** What is wrong with one field of a request: of its body, its query or its headers. */
export const fieldError = z.strictObject({ field: z.string(), message: z.string() })

export type FieldError = Readonly<z.output<typeof fieldError>>

/** A body of thousands of unknown fields must not be answered at length. */
const MAX_ERRORS = 50

/** One entry a field, the first that was found. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[]): readonly FieldError[] {
  const messages = new Map<string, string>()
  for (const { field, message } of issues.flatMap(errorsOf)) {
    if (!messages.has(field)) messages.set(field, message)
  }
  return Array.from(messages, ([field, message]) => ({ field, message })).slice(0, MAX_ERRORS)
}

function errorsOf(issue: z.core.$ZodIssue): FieldError[] {
  const [field] = issue.path
  if (issue.code === 'unrecognized_keys' && field === undefined) {
    return issue.keys.map((key) => ({ field: key, message: 'is no field of this request' }))
  }
  if (field === undefined) return [{ field: 'body', message: 'must be a JSON object' }]
  return [{ field: String(field), message: issue.message }]
}
