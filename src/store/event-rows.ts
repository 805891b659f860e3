import { type ActorKind, actorKinds, type EventActor } from '../key/actor.js'
import {
  type AuditEvent,
  type AuditEventType,
  auditEventTypes,
  type NewAuditEvent,
} from '../key/audit-event.js'
import type { OwnerId } from '../key/host.js'
import { isPlainObject, toJsonObject } from '../key/json.js'
import type { RawClient } from './client.js'
import { eventPageSql, recordEventsSql } from './event-sql.js'
import type { PagePosition } from './key-rows.js'
import { requireRows } from './raw-rows.js'

export interface EventPageOfTenant {
  readonly tenantId: OwnerId
  /** Of this key only. */
  readonly id: string | undefined
  readonly limit: number
  readonly after: PagePosition | undefined
}

/** Whose trail is written, and who acts. */
export interface Trail {
  readonly tenantId: OwnerId
  readonly actor: EventActor
}

/** The trail, written in the transaction of what it tells. */
export interface EventRows {
  record(trail: Trail, events: readonly NewAuditEvent[]): Promise<void>
  eventPage(page: EventPageOfTenant): Promise<readonly AuditEvent[]>
}

export function createEventRows(client: RawClient, schema: string, now: Date): EventRows {
  return {
    async record({ tenantId, actor: { kind, id, address } }, events) {
      const by = [String(tenantId), now.toISOString(), kind, id, address]
      await client.$executeRawUnsafe(recordEventsSql(schema), ...by, JSON.stringify(events))
    },

    async eventPage({ tenantId, id = null, limit, after }) {
      const edge = [after?.at.toISOString() ?? null, after?.id ?? null]
      const rows = await client.$queryRawUnsafe(eventPageSql(schema), String(tenantId), id, ...edge, limit)
      return requireRows(rows, isEventRow).map(toAuditEvent)
    },
  }
}

interface EventRow {
  readonly id: string
  readonly apiKeyId: string
  readonly type: AuditEventType
  readonly atMs: number
  readonly actorKind: ActorKind
  readonly actorId: string | null
  readonly actorAddress: string | null
  readonly details: Readonly<Record<string, unknown>>
}

const types: readonly unknown[] = auditEventTypes
const kinds: readonly unknown[] = actorKinds

function isEventRow(row: unknown): row is EventRow {
  if (!isPlainObject(row)) return false
  const isText = (value: unknown) => typeof value === 'string'
  const isTextOrNull = (value: unknown) => value === null || isText(value)
  return (
    [row.id, row.apiKeyId].every(isText) &&
    [row.actorId, row.actorAddress].every(isTextOrNull) &&
    typeof row.atMs === 'number' &&
    types.includes(row.type) &&
    kinds.includes(row.actorKind) &&
    isPlainObject(row.details)
  )
}

function toAuditEvent({ id, apiKeyId, type, atMs, details, ...by }: EventRow): AuditEvent {
  const actor = Object.freeze({ kind: by.actorKind, id: by.actorId, address: by.actorAddress })
  return Object.freeze({ id, apiKeyId, type, at: new Date(atMs), actor, details: toJsonObject(details) })
}
