import { z } from 'zod'
import { jsonAnswer } from '../answers.js'
import { cursor, limit, searchText, status, userId } from '../fields.js'
import { anyHeaders, defineOperation, nothing } from '../operation.js'
import { apiKeyRecord, toApiKeyRecord } from '../records.js'
import { userOf } from '../user-of-query.js'

const page = z.strictObject({ apiKeys: z.array(apiKeyRecord), nextCursor: z.string().nullable() })

export const list = defineOperation(
  {
    action: 'list',
    method: 'get',
    path: '/',
    summary: 'List API keys, newest first',
    body: 'none',
    answers: { 200: { name: 'ApiKeyPage', description: 'A page of API keys.', schema: page, headers: [] } },
    problems: [],
  },
  {
    query: z.strictObject({
      limit: limit.exactOptional(),
      cursor: cursor.exactOptional(),
      status: status.exactOptional(),
      userId: userId.exactOptional(),
      text: searchText.exactOptional(),
    }),
    headers: anyHeaders,
    body: nothing,
  },
  async ({ keyring, actor, nowMs }, { query }) => {
    const { apiKeys, nextCursor } = await keyring.list({
      ...query,
      tenantId: actor.tenantId,
      ...userOf(actor, query.userId),
    })
    const body: z.output<typeof page> = {
      apiKeys: apiKeys.map((apiKey) => toApiKeyRecord(apiKey, nowMs)),
      nextCursor,
    }
    return jsonAnswer(200, body)
  },
)
