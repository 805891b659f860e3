import { z } from 'zod'
import { actorKinds } from '../key/actor.js'
import type { ApiKey } from '../key/api-key.js'
import { type AuditEvent, auditEventTypes } from '../key/audit-event.js'
import type { OwnerIds } from '../key/host.js'
import { keyStatus, keyStatuses } from '../key/status.js'
import type { ApiKeyUsage } from '../keyring/usage.js'

const instant = z.iso.datetime()
/** As a text, for a number may be larger than JSON's readers can tell. */
const ownerId = z.string().meta({ description: 'As a text, whatever type the application’s ids have.' })
const json = z.record(z.string(), z.unknown())

/** An API key as it is answered. */
export const apiKeyRecord = z.strictObject({
  id: z.guid(),
  tenantId: ownerId,
  userId: ownerId,
  name: z.string(),
  keyPrefix: z.string().meta({ description: 'The beginning of the secret, to recognise the key by.' }),
  status: z.enum(keyStatuses),
  scopes: z.array(z.string()),
  limits: z
    .array(z.string())
    .nullable()
    .meta({ description: 'null: those that the application gives all keys.' }),
  allowedCidrs: z.array(z.string()).nullable().meta({ description: 'null: everywhere.' }),
  metadata: json,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
  createdAt: instant,
  rotatedFromId: z.guid().nullable().meta({ description: 'The key that this one took over from.' }),
  rotatedAt: instant.nullable().meta({ description: 'When a successor was made.' }),
  revokedAt: instant.nullable(),
  revokedReason: z.string().nullable(),
  version: z.int().meta({ description: 'Grows with every change; the ETag is made of it.' }),
})

export const auditEventRecord = z.strictObject({
  id: z.guid(),
  apiKeyId: z.guid(),
  type: z.enum(auditEventTypes),
  at: instant,
  actor: z.strictObject({
    kind: z.enum(actorKinds),
    id: z.string().nullable(),
    address: z.string().nullable(),
  }),
  details: json,
})

const limitState = z.strictObject({
  name: z.string().meta({ description: 'The limit as it is written.' }),
  limit: z.int(),
  remaining: z.int(),
  windowSeconds: z.int().nullable().meta({ description: 'null: a lifetime.' }),
  resetSeconds: z.int().nullable().meta({ description: 'In how many seconds it begins anew; null: never.' }),
})

export const usageRecord = z.strictObject({
  days: z.array(z.strictObject({ day: z.iso.date(), requests: z.int(), refused: z.int() })),
  quotas: z.array(limitState).nullable().meta({ description: 'null while they cannot be counted.' }),
})

export function toUsageRecord({ days, quotas }: ApiKeyUsage): z.output<typeof usageRecord> {
  return {
    days: days.map((day) => ({ ...day })),
    quotas: quotas === null ? null : quotas.map((state) => ({ ...state })),
  }
}

export function toApiKeyRecord(apiKey: ApiKey<OwnerIds>, nowMs: number): z.output<typeof apiKeyRecord> {
  const { id, name, keyPrefix, rotatedFromId, revokedReason, version } = apiKey
  return {
    id,
    tenantId: String(apiKey.tenantId),
    userId: String(apiKey.userId),
    ...{ name, keyPrefix },
    status: keyStatus(apiKey, nowMs),
    scopes: [...apiKey.scopes],
    limits: apiKey.limits === null ? null : [...apiKey.limits],
    allowedCidrs: apiKey.allowedCidrs === null ? null : [...apiKey.allowedCidrs],
    metadata: apiKey.metadata,
    expiresAt: isoTime(apiKey.expiresAt),
    lastUsedAt: isoTime(apiKey.lastUsedAt),
    createdAt: apiKey.createdAt.toISOString(),
    rotatedFromId,
    rotatedAt: isoTime(apiKey.rotatedAt),
    revokedAt: isoTime(apiKey.revokedAt),
    revokedReason,
    version,
  }
}

export function toAuditEventRecord(event: AuditEvent): z.output<typeof auditEventRecord> {
  const { id, apiKeyId, type, at, actor, details } = event
  return { id, apiKeyId, type, at: at.toISOString(), actor: { ...actor }, details }
}

/** `null` also for a time that PostgreSQL knows and a `Date` does not; the status tells what matters of it. */
function isoTime(time: Date | null): string | null {
  return time === null || Number.isNaN(time.getTime()) ? null : time.toISOString()
}
