import type { EventActor } from '../../key/actor.js'
import type { AuditEvent } from '../../key/audit-event.js'
import { relativeTime } from './relative-time.js'
import type { Column } from './table.js'

const ACTOR_WIDTH = 50
const DETAILS_WIDTH = 60

export function eventColumns(nowMs: number): readonly Column<AuditEvent>[] {
  return [
    { title: 'WHEN', cell: ({ at }) => ({ text: relativeTime(at, nowMs) }) },
    { title: 'WHAT', cell: ({ type }) => ({ text: type }) },
    { title: 'KEY', cell: ({ apiKeyId }) => ({ text: apiKeyId }) },
    { title: 'BY', maxWidth: ACTOR_WIDTH, cell: ({ actor }) => ({ text: actorText(actor) }) },
    { title: 'DETAILS', maxWidth: DETAILS_WIDTH, cell: ({ details }) => ({ text: detailsText(details) }) },
  ]
}

/** `user 6f1c…`, `system cli`, with the address where one is known. */
function actorText({ kind, id, address }: EventActor): string {
  return [kind, id, address === null ? null : `from ${address}`].filter(Boolean).join(' ')
}

function detailsText(details: object): string {
  const text = JSON.stringify(details)
  return text === '{}' ? '' : text
}
