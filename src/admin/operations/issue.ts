import { z } from 'zod'
import { issued, issuedAnswer } from '../answers.js'
import { allowedCidrs, expiresAt, limits, metadata, name, scopes } from '../fields.js'
import { idempotencyKey, idempotencyOf } from '../idempotency-key.js'
import { defineOperation, nothing } from '../operation.js'

export const issue = defineOperation(
  {
    action: 'issue',
    method: 'post',
    path: '/',
    summary: 'Issue an API key for the caller’s user',
    body: 'required',
    answers: issued,
    problems: ['exceeds_issuer', 'conflict', 'idempotency_conflict'],
  },
  {
    query: nothing,
    headers: z.object({ 'idempotency-key': idempotencyKey.optional() }),
    body: z.strictObject({
      name,
      scopes: scopes.exactOptional(),
      limits: limits.exactOptional(),
      allowedCidrs: allowedCidrs.exactOptional(),
      expiresAt: expiresAt.exactOptional(),
      metadata: metadata.exactOptional(),
    }),
  },
  async (call, { headers, body }) => {
    const { tenantId, userId } = call.actor
    const made = await call.keyring.issue({
      tenantId,
      userId,
      ...body,
      ...call.changedBy,
      ...idempotencyOf(headers['idempotency-key'], call.actor, body),
    })
    return issuedAnswer(call, made)
  },
)
