import { hash } from 'node:crypto'
import { z } from 'zod'
import { type Recorded, recorded } from '../key/audit-event.js'
import type { Host } from '../key/host.js'
import { canonicalJson } from '../key/json.js'
import type { Idempotency } from '../keyring/idempotency.js'
import type { AdminActor } from './actor.js'

// draft-ietf-httpapi-idempotency-key-header wants a quoted string, most clients send it bare: taken as it comes.
const visibleAscii = /^[!-~]{1,255}$/

export const idempotencyKey = z
  .string()
  .regex(visibleAscii, 'must be 1 to 255 visible ASCII characters')
  .meta({
    description: 'Makes the request safe to repeat for 24 hours: it makes one key, however often it arrives.',
  })

/** The request as the keyring tells it from another one: by who sends it and what it asks for, not by its bytes. */
export function idempotencyOf(
  key: string | undefined,
  { userId }: Pick<AdminActor<Host>, 'userId'>,
  asked: Readonly<Record<string, Recorded | undefined>>,
): { idempotency?: Idempotency } {
  if (key === undefined) return {}
  const fields = Object.entries(asked).flatMap(([field, value]) =>
    value === undefined ? [] : [[field, recorded(value)] as const],
  )
  const request = canonicalJson({ userId: String(userId), asked: Object.fromEntries(fields) })
  return { idempotency: { key, digest: hash('sha256', request, 'hex') } }
}
