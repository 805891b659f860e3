import { z } from 'zod'
import { issued, issuedAnswer } from '../answers.js'
import { deadlineMs, graceFrom, graceMs } from '../fields.js'
import { idempotencyKey, idempotencyOf } from '../idempotency-key.js'
import { defineOperation, nothing } from '../operation.js'

export const rotate = defineOperation(
  {
    action: 'rotate',
    method: 'post',
    path: '/:id/rotate',
    summary: 'Make a successor with a secret of its own, and end the old key after a grace period',
    body: 'optional',
    answers: issued,
    problems: ['not_found', 'exceeds_issuer', 'conflict', 'idempotency_conflict'],
  },
  {
    query: nothing,
    headers: z.object({ 'idempotency-key': idempotencyKey.optional() }),
    body: z.strictObject({
      graceMs: graceMs.exactOptional(),
      graceFrom: graceFrom.exactOptional(),
      deadlineMs: deadlineMs.exactOptional(),
    }),
  },
  async (call, { headers, body }) => {
    const made = await call.keyring.rotate({
      tenantId: call.actor.tenantId,
      id: call.id,
      ...body,
      ...call.changedBy,
      ...idempotencyOf(headers['idempotency-key'], call.actor, body),
    })
    return issuedAnswer(call, made)
  },
)
