import type { EventActor } from './actor.js'
import { canonicalJson, type JsonObject, type JsonValue } from './json.js'

export const auditEventTypes = ['issued', 'rotated', 'updated', 'revoked', 'pruned'] as const

/** What can happen to a key. */
export type AuditEventType = (typeof auditEventTypes)[number]

/** What happened to a key, as it is written down in the transaction in which it happens. */
export interface NewAuditEvent {
  readonly apiKeyId: string
  readonly type: AuditEventType
  /** Never a secret, never a hash. */
  readonly details: JsonObject
}

/** One line of the trail; frozen. */
export interface AuditEvent extends NewAuditEvent {
  readonly id: string
  readonly at: Date
  readonly actor: EventActor
}

/** A field of a record, as a trail can hold it. */
export type Recorded = JsonValue | Date

export function recorded(value: Recorded): JsonValue {
  return value instanceof Date ? value.toISOString() : value
}

/** The fields that differ, as they were and as they are; `null` when none does. */
export function changesBetween<Field extends string>(
  before: Readonly<Record<Field, Recorded>>,
  after: Readonly<Partial<Record<Field, Recorded>>>,
): JsonObject | null {
  const changed = Object.entries<Recorded | undefined>(after).flatMap(([name, value]) => {
    if (value === undefined) return []
    const [was, is] = [recorded(before[name as Field]), recorded(value)]
    return canonicalJson(was) === canonicalJson(is) ? [] : [{ name, was, is }]
  })
  if (changed.length === 0) return null
  return {
    before: Object.fromEntries(changed.map(({ name, was }) => [name, was])),
    after: Object.fromEntries(changed.map(({ name, is }) => [name, is])),
  }
}
