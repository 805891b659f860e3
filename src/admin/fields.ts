import { z } from 'zod'
import { NotJson } from '../key/json.js'
import { type Limit, MAX_LIMITS, parseLimits } from '../key/limit.js'
import { parseMetadata } from '../key/metadata.js'
import { MAX_NETWORKS, parseNetworks } from '../key/networks.js'
import { graceStarts } from '../key/rotation.js'
import { isScope, MAX_SCOPES } from '../key/scope.js'
import { keyStatuses } from '../key/status.js'
import { MAX_ID_LENGTH } from '../keyring/input.js'
import { LIMITS_FORM, MAX_NAME_LENGTH, NETWORKS_FORM, SCOPES_FORM } from '../keyring/key-input.js'
import { MAX_TEXT_LENGTH } from '../keyring/list.js'
import { MAX_LIMIT } from '../keyring/page.js'
import { MAX_REASON_LENGTH } from '../keyring/reason.js'
import { MAX_GRACE_MS } from '../keyring/rotate.js'

// The fields of requests: their shapes here, for the parser and for the OpenAPI document; what depends on a key or a
// clock is the keyring's to judge.

const MAX_CURSOR_LENGTH = 200

function text(max: number, description: string) {
  const error = `must be a text of 1 to ${max} characters`
  return z.string({ error }).min(1, error).max(max, error).meta({ description })
}

function milliseconds(min: number, description: string) {
  const error = `must be a whole number of milliseconds from ${min} to ${MAX_GRACE_MS}`
  return z.int({ error }).min(min, error).max(MAX_GRACE_MS, error).meta({ description })
}

/** By itself, for a document that lists the scopes there are. */
export const scope = z.string({ error: SCOPES_FORM }).refine(isScope, SCOPES_FORM)

export const scopes = z
  .array(scope, { error: SCOPES_FORM })
  .max(MAX_SCOPES, SCOPES_FORM)
  .meta({ description: 'What the key may do: "orders:read", "orders:*" for all under it, "*" for all.' })

function textList(most: number, form: string, isList: (texts: readonly string[]) => boolean) {
  return z
    .array(z.string({ error: form }), { error: form })
    .min(1, form)
    .max(most, form)
    .refine(isList, form)
    .nullable()
}

export const limits = textList(MAX_LIMITS, LIMITS_FORM, (texts) => parseLimits(texts) !== null)
  .meta({
    description:
      'How much the key may be used, such as "10/s" and "100000/month"; null: as the application has it.',
    examples: [['10/s', '100000/month']],
  })
  .transform((texts) => texts as readonly Limit[] | null)

export const allowedCidrs = textList(
  MAX_NETWORKS,
  NETWORKS_FORM,
  (texts) => parseNetworks(texts) !== null,
).meta({
  examples: [['10.0.0.0/8', '2001:db8::/32']],
  description: 'The networks from which alone the key may be used, such as "10.0.0.0/8"; null: everywhere.',
})

export const name = text(MAX_NAME_LENGTH, 'What the key is for, in a person’s words.')

export const metadata = z
  .record(z.string(), z.unknown(), { error: 'must be an object' })
  .transform((value, context) => {
    try {
      return parseMetadata(value)
    } catch (error) {
      if (!(error instanceof NotJson)) throw error
      context.addIssue({ code: 'custom', message: error.message })
      return z.NEVER
    }
  })
  .meta({ description: 'Whatever the application notes about the key; at most 4 KiB as JSON.' })

export const expiresAt = z.iso
  .datetime({ offset: true, error: 'must be a date and time such as 2027-01-31T12:00:00Z, or null' })
  .transform((time) => new Date(time))
  .nullable()
  .meta({ description: 'From this instant on the key is refused; null never expires.' })

export const reason = text(MAX_REASON_LENGTH, 'Why, for people; kept with the key.')

export const family = z
  .boolean({ error: 'must be true or false' })
  .meta({ description: 'Also every key that it was rotated from or to.' })

export const graceMs = milliseconds(0, 'How long the old key lives on; default 0: it ends at once.')

export const graceFrom = z
  .enum(graceStarts, { error: 'must be now or first-use' })
  .meta({ description: 'When the grace begins: now (default), or when the new key is first used.' })

export const deadlineMs = milliseconds(
  1,
  'With first-use: the old key ends after this long in any case; default 7 days.',
)

export const userId = text(MAX_ID_LENGTH, 'Only keys of this user.')

export const status = z
  .enum(keyStatuses, { error: `must be one of ${keyStatuses.join(', ')}` })
  .meta({ description: 'Only keys that are this.' })

export const searchText = text(
  MAX_TEXT_LENGTH,
  'Only keys with this in their name or their prefix, whatever the case.',
)

export const cursor = text(MAX_CURSOR_LENGTH, 'nextCursor of the page before.')

const limitError = `must be a whole number from 1 to ${MAX_LIMIT}`
const wholeNumber = /^\d{1,3}$/

/** A query holds texts only. */
export const limit = z
  .preprocess(
    (value) => (typeof value === 'string' && wholeNumber.test(value) ? Number(value) : value),
    z.int({ error: limitError }).min(1, limitError).max(MAX_LIMIT, limitError),
  )
  .meta({ description: 'Entries a page; default 50.' })

export function day(description: string) {
  return z.iso
    .date({ error: 'must be a date such as 2027-01-31' })
    .transform((text) => new Date(`${text}T00:00:00Z`))
    .meta({ description })
}
