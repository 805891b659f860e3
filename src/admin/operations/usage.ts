import { z } from 'zod'
import { jsonAnswer } from '../answers.js'
import { day } from '../fields.js'
import { anyHeaders, defineOperation, nothing } from '../operation.js'
import { toUsageRecord, usageRecord } from '../records.js'

export const usage = defineOperation(
  {
    action: 'usage',
    method: 'get',
    path: '/:id/usage',
    summary: 'How often an API key was used, by day, and how its quotas stand',
    body: 'none',
    answers: {
      200: { name: 'ApiKeyUsage', description: 'The usage of the key.', schema: usageRecord, headers: [] },
    },
    problems: ['not_found'],
  },
  {
    query: z.strictObject({
      from: day('The first day, in UTC; default: 29 days before the last.').exactOptional(),
      to: day('The last day, in UTC, included; default: today.').exactOptional(),
    }),
    headers: anyHeaders,
    body: nothing,
  },
  async ({ keyring, actor, id }, { query }) =>
    jsonAnswer(200, toUsageRecord(await keyring.usage({ tenantId: actor.tenantId, id, ...query }))),
)
