import type { ApiKey } from '../../key/api-key.js'
import type { Keyring } from '../../keyring/keyring.js'
import { duration, jsonFlag, tenantFlag } from '../flags.js'
import { requiredFlag, switchFlag } from '../given.js'
import { readPages } from '../print-pages.js'
import { counted } from '../show/counted.js'
import { printableJson } from '../show/printable.js'
import { defineVerb } from '../verb.js'
import { actor, withKeyring } from '../with-keyring.js'

const QUERY_TIMEOUT_MS = 60_000

const olderThanFlag = requiredFlag(
  '--older-than <time>',
  'how long a key has been revoked or expired: 365d',
  duration,
)
const yesFlag = switchFlag('--yes', 'delete them; without, only their number is told')

export const prune = defineVerb({
  name: 'prune',
  summary: 'delete the records of keys that ended long ago',
  details: 'What was done to them stays in the events. Without --yes nothing is deleted.',
  positionals: [],
  flags: [tenantFlag, olderThanFlag, yesFlag, jsonFlag],
  examples: [
    'prune --tenant "$TENANT" --older-than 365d',
    'prune --tenant "$TENANT" --older-than 365d --yes',
  ],
  parse: (given) => ({
    tenantId: tenantFlag.read(given),
    olderThanMs: olderThanFlag.read(given),
    isMeant: yesFlag.read(given),
    asJson: jsonFlag.read(given),
  }),
  run: ({ tenantId, olderThanMs, isMeant, asJson }, shell) =>
    withKeyring(shell, { queryTimeoutMs: QUERY_TIMEOUT_MS }, async (keyring) => {
      if (isMeant) {
        const { pruned } = await keyring.prune({ tenantId, olderThanMs, actor })
        return shell.print(asJson ? printableJson({ pruned }) : `Deleted ${counted(pruned, 'key')}.`)
      }
      const wouldPrune = await countEnded(keyring, tenantId, shell.nowMs() - olderThanMs)
      const sentence = `${counted(wouldPrune, 'key')} would be deleted, for ever: add --yes to do it.`
      return shell.print(asJson ? printableJson({ pruned: 0, wouldPrune }) : sentence)
    }),
})

async function countEnded(keyring: Keyring, tenantId: string, beforeMs: number): Promise<number> {
  let count = 0
  for (const status of ['revoked', 'expired'] as const) {
    const fetch = async (page: { limit: number; cursor?: string }) => {
      const { apiKeys, nextCursor } = await keyring.list({ tenantId, status, ...page })
      return { rows: apiKeys, nextCursor }
    }
    for await (const { rows } of readPages({ limit: Number.MAX_SAFE_INTEGER, fetch })) {
      count += rows.filter((apiKey) => endedBefore(apiKey, beforeMs)).length
    }
  }
  return count
}

/** By whichever came first: a key that expired long ago may have been revoked only yesterday. */
function endedBefore({ revokedAt, expiresAt }: ApiKey, beforeMs: number): boolean {
  return [revokedAt, expiresAt].some((end) => end !== null && end.getTime() < beforeMs)
}
