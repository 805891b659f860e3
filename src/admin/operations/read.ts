import { single, singleAnswer } from '../answers.js'
import { anyHeaders, defineOperation, nothing } from '../operation.js'
import { RequestProblem } from '../problem.js'

export const read = defineOperation(
  {
    action: 'read',
    method: 'get',
    path: '/:id',
    summary: 'Read an API key',
    body: 'none',
    answers: { 200: single },
    problems: ['not_found'],
  },
  { query: nothing, headers: anyHeaders, body: nothing },
  async (call) => {
    const apiKey = await call.keyring.get({ tenantId: call.actor.tenantId, id: call.id })
    if (apiKey === null) throw new RequestProblem('not_found')
    return singleAnswer(call, apiKey)
  },
)
