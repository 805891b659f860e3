import { type ActorKind, actorKinds, type EventActor } from '../key/actor.js'
import type { AuditEvent, AuditEventType, NewAuditEvent } from '../key/audit-event.js'
import { isPlainObject, toJsonObject } from '../key/json.js'
import type { ApiKeyEventRow, ChangeClient } from './change-client.js'
import type { PagePosition } from './key-rows.js'

export interface EventPageOfTenant {
  readonly tenantId: string
  /** Of this key only. */
  readonly id: string | undefined
  readonly limit: number
  readonly after: PagePosition | undefined
}

/** Whose trail is written, and who acts. */
export interface Trail {
  readonly tenantId: string
  readonly actor: EventActor
}

/** The trail, written in the transaction of what it tells. */
export interface EventRows {
  record(trail: Trail, events: readonly NewAuditEvent[]): Promise<void>
  eventPage(page: EventPageOfTenant): Promise<readonly AuditEvent[]>
}

export function createEventRows({ apiKeyEvent }: Pick<ChangeClient, 'apiKeyEvent'>, now: Date): EventRows {
  return {
    async record({ tenantId, actor }, events) {
      const by = { actorKind: actor.kind, actorId: actor.id, actorAddress: actor.address }
      await apiKeyEvent.createMany({ data: events.map((event) => ({ ...event, ...by, tenantId, at: now })) })
    },

    async eventPage({ tenantId, id, limit, after }) {
      const rows = await apiKeyEvent.findMany({
        where: {
          tenantId,
          ...(id === undefined ? {} : { apiKeyId: id }),
          ...(after === undefined ? {} : { OR: olderThan(after) }),
        },
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        take: limit,
      })
      return rows.map(toAuditEvent)
    },
  }
}

function olderThan({ at, id }: PagePosition): [{ at: { lt: Date } }, { at: Date; id: { lt: string } }] {
  return [{ at: { lt: at } }, { at, id: { lt: id } }]
}

const types: readonly AuditEventType[] = ['issued', 'rotated', 'updated', 'revoked', 'pruned']

function toAuditEvent(row: ApiKeyEventRow): AuditEvent {
  const { id, apiKeyId, at, actorId, actorAddress } = row
  const type = types.find((known) => known === row.type)
  const kind: ActorKind | undefined = actorKinds.find((known) => known === row.actorKind)
  if (type === undefined || kind === undefined || !isPlainObject(row.details)) {
    throw new Error(`the row ${id} of the trail is no event`)
  }
  const actor = Object.freeze({ kind, id: actorId, address: actorAddress })
  return Object.freeze({ id, apiKeyId, type, at, actor, details: toJsonObject(row.details) })
}
