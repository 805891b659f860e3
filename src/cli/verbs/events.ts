import type { AuditEvent } from '../../key/audit-event.js'
import { jsonFlag, tenantFlag, uuid, wholeNumber } from '../flags.js'
import { optionalFlag, optionalPositional } from '../given.js'
import { type Pages, printDocument, printTable } from '../print-pages.js'
import { eventColumns } from '../show/event.js'
import { defineVerb } from '../verb.js'
import { withKeyring } from '../with-keyring.js'

const DEFAULT_LIMIT = 100
const MOST = 1_000_000

const idPositional = optionalPositional('ID', 'only what happened to this key', uuid)
const limitFlag = optionalFlag(
  '--limit <number>',
  `events at most (default ${DEFAULT_LIMIT})`,
  wholeNumber(MOST),
)

export const events = defineVerb({
  name: 'events',
  summary: 'show what was done to keys and by whom, newest first',
  positionals: [idPositional],
  flags: [tenantFlag, limitFlag, jsonFlag],
  examples: ['events --tenant "$TENANT"', 'events "$ID" --tenant "$TENANT" --json | jq .events[0].actor'],
  parse: (given) => ({
    tenantId: tenantFlag.read(given),
    id: idPositional.read(given),
    limit: limitFlag.read(given) ?? DEFAULT_LIMIT,
    asJson: jsonFlag.read(given),
  }),
  run: ({ tenantId, id, limit, asJson }, shell) =>
    withKeyring(shell, {}, (keyring) => {
      const filter = { tenantId, ...(id === undefined ? {} : { id }) }
      const pages: Pages<AuditEvent> = {
        limit,
        async fetch(page) {
          const { events: rows, nextCursor } = await keyring.events({ ...filter, ...page })
          return { rows, nextCursor }
        },
      }
      if (asJson) return printDocument(pages, 'events', (event) => event, shell)
      return printTable({ pages, columns: eventColumns(shell.nowMs()), noun: 'events', shell })
    }),
})
