import { z } from 'zod'
import { single, singleAnswer } from '../answers.js'
import { family, reason } from '../fields.js'
import { anyHeaders, defineOperation, nothing } from '../operation.js'

export const revoke = defineOperation(
  {
    action: 'revoke',
    method: 'post',
    path: '/:id/revoke',
    summary: 'End an API key for ever; repeating it changes nothing',
    body: 'optional',
    answers: { 200: single },
    problems: ['not_found', 'exceeds_issuer'],
  },
  {
    query: nothing,
    headers: anyHeaders,
    body: z.strictObject({ reason: reason.exactOptional(), family: family.exactOptional() }),
  },
  async (call, { body }) => {
    const key = { tenantId: call.actor.tenantId, id: call.id }
    return singleAnswer(call, await call.keyring.revoke({ ...key, ...body, ...call.changedBy }))
  },
)
