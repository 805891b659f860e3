import { z } from 'zod'
import { single, singleAnswer } from '../answers.js'
import { allowedCidrs, expiresAt, limits, metadata, name, scopes } from '../fields.js'
import { ifMatch, isMet, type Precondition } from '../if-match.js'
import { type Call, defineOperation, nothing } from '../operation.js'
import { RequestProblem } from '../problem.js'

export const update = defineOperation(
  {
    action: 'update',
    method: 'patch',
    path: '/:id',
    summary: 'Change fields of an API key; what is left out stays',
    body: 'required',
    answers: { 200: single },
    problems: ['not_found', 'exceeds_issuer', 'conflict', 'precondition_failed'],
  },
  {
    query: nothing,
    headers: z.object({ 'if-match': ifMatch.optional() }),
    body: z.strictObject({
      name: name.exactOptional(),
      scopes: scopes.exactOptional(),
      limits: limits.exactOptional(),
      allowedCidrs: allowedCidrs.exactOptional(),
      expiresAt: expiresAt.exactOptional(),
      metadata: metadata.exactOptional(),
    }),
  },
  async (call, { headers, body }) => {
    const key = { tenantId: call.actor.tenantId, id: call.id }
    const condition = await versionFor(call, headers['if-match'])
    return singleAnswer(call, await call.keyring.update({ ...key, ...body, ...condition, ...call.changedBy }))
  },
)

/** The version that the change depends on, so that no change slips in between reading it here and changing it. */
async function versionFor(
  { keyring, actor, id }: Call,
  precondition: Precondition | undefined,
): Promise<{ ifVersion?: number }> {
  // A key that is not there is not found, whatever was demanded of it (RFC 9110 §13.2.1).
  if (precondition === undefined || precondition === 'any') return {}
  const apiKey = await keyring.get({ tenantId: actor.tenantId, id })
  if (apiKey === null) throw new RequestProblem('not_found')
  if (!isMet(precondition, apiKey)) throw new RequestProblem('precondition_failed')
  return { ifVersion: apiKey.version }
}
