import { z } from 'zod'
import type { JsonAnswer } from '../express/problem.js'
import type { ApiKey } from '../key/api-key.js'
import type { Host, OwnerIds } from '../key/host.js'
import type { ReplayedKey } from '../keyring/idempotency.js'
import type { IssuedKey } from '../keyring/issue.js'
import { entityTagOf } from './if-match.js'
import type { Answered, Call } from './operation.js'
import { apiKeyRecord, toApiKeyRecord } from './records.js'

const singleKey = z.strictObject({ apiKey: apiKeyRecord })
const issuedKey = z.strictObject({
  apiKey: apiKeyRecord,
  secret: z.string().meta({ description: 'The whole secret. It exists in this answer and nowhere else.' }),
})
const replayedKey = z.strictObject({ apiKey: apiKeyRecord, secret: z.null(), note: z.string() })

const REPLAY_NOTE =
  'This request was answered before, and the secret was shown then, once. If it was lost, revoke this key and issue another.'

export const single: Answered = {
  name: 'SingleApiKey',
  description: 'The API key.',
  schema: singleKey,
  headers: ['ETag'],
}

export const issued: Readonly<Record<200 | 201, Answered>> = {
  201: {
    name: 'IssuedApiKey',
    description: 'The new API key, and its secret, which is shown only here.',
    schema: issuedKey,
    headers: ['ETag', 'Location'],
  },
  200: {
    name: 'ReplayedApiKey',
    description: 'A repeated request: the API key that the first one made, without its secret.',
    schema: replayedKey,
    headers: ['ETag', 'Location'],
  },
}

const jsonHeaders = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' }

export function jsonAnswer(status: number, body: object, headers: Record<string, string> = {}): JsonAnswer {
  return { status, headers: { ...jsonHeaders, ...headers }, body }
}

export function singleAnswer({ nowMs }: Call, apiKey: ApiKey<OwnerIds>): JsonAnswer {
  const body: z.output<typeof singleKey> = { apiKey: toApiKeyRecord(apiKey, nowMs) }
  return jsonAnswer(200, body, { ETag: entityTagOf(apiKey) })
}

/** The one place through which a secret leaves. */
export function issuedAnswer(
  { nowMs, mountPath }: Call,
  { apiKey, secret }: IssuedKey<Host> | ReplayedKey<Host>,
): JsonAnswer {
  const headers = { ETag: entityTagOf(apiKey), Location: `${mountPath}/${apiKey.id}` }
  const record = toApiKeyRecord(apiKey, nowMs)
  if (secret === null) {
    const replayed: z.output<typeof replayedKey> = { apiKey: record, secret, note: REPLAY_NOTE }
    return jsonAnswer(200, replayed, headers)
  }
  const first: z.output<typeof issuedKey> = { apiKey: record, secret }
  return jsonAnswer(201, first, headers)
}
