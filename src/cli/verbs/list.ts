import type { ApiKey } from '../../key/api-key.js'
import { keyStatuses } from '../../key/status.js'
import { jsonFlag, oneOf, ownerId, tenantFlag, text, wholeNumber } from '../flags.js'
import { optionalFlag } from '../given.js'
import { type Pages, printDocument, printTable } from '../print-pages.js'
import { apiKeyColumns, apiKeyJson } from '../show/api-key.js'
import { defineVerb } from '../verb.js'
import { withKeyring } from '../with-keyring.js'

const DEFAULT_LIMIT = 100
const MOST = 1_000_000

const userFlag = optionalFlag('--user <id>', 'only keys of this user', ownerId)
const statusFlag = optionalFlag(
  '--status <status>',
  'only keys that are active, expired or revoked',
  oneOf(...keyStatuses),
)
const textFlag = optionalFlag('--text <text>', 'only keys with this in their name or key prefix', text)
const limitFlag = optionalFlag(
  '--limit <number>',
  `keys at most (default ${DEFAULT_LIMIT})`,
  wholeNumber(MOST),
)

export const list = defineVerb({
  name: 'list',
  summary: 'list the keys of a tenant, newest first',
  positionals: [],
  flags: [tenantFlag, userFlag, statusFlag, textFlag, limitFlag, jsonFlag],
  examples: [
    'list --tenant "$TENANT"',
    'list --tenant "$TENANT" --status active --text deploy',
    `list --tenant "$TENANT" --json | jq -r '.apiKeys[] | select(.lastUsedAt == null) | .id'`,
  ],
  parse: (given) => ({
    tenantId: tenantFlag.read(given),
    userId: userFlag.read(given),
    status: statusFlag.read(given),
    text: textFlag.read(given),
    limit: limitFlag.read(given) ?? DEFAULT_LIMIT,
    asJson: jsonFlag.read(given),
  }),
  run: ({ tenantId, userId, status, text, limit, asJson }, shell) =>
    withKeyring(shell, {}, async (keyring) => {
      const filter = {
        tenantId,
        ...(userId === undefined ? {} : { userId }),
        ...(status === undefined ? {} : { status }),
        ...(text === undefined ? {} : { text }),
      }
      const pages: Pages<ApiKey> = {
        limit,
        async fetch(page) {
          const { apiKeys, nextCursor } = await keyring.list({ ...filter, ...page })
          return { rows: apiKeys, nextCursor }
        },
      }
      const nowMs = shell.nowMs()
      if (asJson) return printDocument(pages, 'apiKeys', (apiKey) => apiKeyJson(apiKey, nowMs), shell)
      return printTable({ pages, columns: apiKeyColumns(nowMs), noun: 'keys', shell })
    }),
})
