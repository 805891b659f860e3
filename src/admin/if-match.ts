import { z } from 'zod'

/** The entity tags of an `If-Match` (RFC 9110 §13.1.1); `any` for `*`. */
export type Precondition = 'any' | readonly string[]

// RFC 9110 §8.8.3: the parts share no character, so nothing is tried twice.
const entityTag = /^(?:W\/)?"[!#-~\x80-\xff]*"$/
const mend = 'must be *, or one or more entity tags such as "3"'

export const ifMatch = z
  .string()
  .transform((value, context): Precondition => {
    if (value.trim() === '*') return 'any'
    // A tag of ours holds no comma, and one with a comma matches nothing anyway.
    const tags = value.split(',').map((tag) => tag.trim())
    if (tags.every((tag) => entityTag.test(tag))) return tags
    context.addIssue({ code: 'custom', message: mend })
    return z.NEVER
  })
  .meta({ description: 'The ETag that the key must still have; * for whatever it has.' })

export function entityTagOf({ version }: { readonly version: number }): string {
  return `"${version}"`
}

/** By strong comparison, as RFC 9110 §13.1.1 wants it: a weak tag matches nothing. */
export function isMet(precondition: Precondition, key: { readonly version: number }): boolean {
  return precondition === 'any' || precondition.includes(entityTagOf(key))
}
