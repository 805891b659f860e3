import { z } from 'zod'
import { jsonAnswer } from '../answers.js'
import { cursor, limit } from '../fields.js'
import { anyHeaders, defineOperation, nothing } from '../operation.js'
import { RequestProblem } from '../problem.js'
import { auditEventRecord, toAuditEventRecord } from '../records.js'

const page = z.strictObject({ events: z.array(auditEventRecord), nextCursor: z.string().nullable() })

export const events = defineOperation(
  {
    action: 'events',
    method: 'get',
    path: '/:id/events',
    summary: 'What happened to an API key and who did it, newest first; also of one that was pruned',
    body: 'none',
    answers: {
      200: { name: 'AuditEventPage', description: 'A page of events.', schema: page, headers: [] },
    },
    problems: ['not_found'],
  },
  {
    query: z.strictObject({ limit: limit.exactOptional(), cursor: cursor.exactOptional() }),
    headers: anyHeaders,
    body: nothing,
  },
  async ({ keyring, actor, id }, { query }) => {
    const key = { tenantId: actor.tenantId, id }
    const found = await keyring.events({ ...key, ...query })
    // A key without events is older than the trail, or not of this tenant, or not at all.
    if (found.events.length === 0 && (await keyring.get(key)) === null) throw new RequestProblem('not_found')
    const body: z.output<typeof page> = {
      events: found.events.map(toAuditEventRecord),
      nextCursor: found.nextCursor,
    }
    return jsonAnswer(200, body)
  },
)
