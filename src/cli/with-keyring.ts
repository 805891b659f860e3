import { setTimeout as sleep } from 'node:timers/promises'
import type { Keyring } from '../keyring/keyring.js'
import { requireDatabaseUrl } from './database-url.js'
import type { Shell } from './shell.js'

const QUERY_TIMEOUT_MS = 10_000
const CLOSE_LIMIT_MS = 2_000

/** Who changes keys from here, in the trail of events. */
export const actor = { kind: 'system', id: 'cli' } as const

/** Works with a keyring on DATABASE_URL, and closes it whatever comes of it. */
export async function withKeyring<T>(
  shell: Shell,
  {
    prefix = 'ak',
    imported = [],
    queryTimeoutMs = QUERY_TIMEOUT_MS,
  }: { prefix?: string | undefined; imported?: readonly string[]; queryTimeoutMs?: number },
  work: (keyring: Keyring) => Promise<T>,
): Promise<T> {
  const databaseUrl = requireDatabaseUrl(shell.env)
  // Here, because loading Prisma's client takes longer than all else that help or wrong usage needs.
  const { createKeyring } = await import('../keyring/create-keyring.js')
  const keyring = createKeyring({
    databaseUrl,
    prefix,
    imported,
    queryTimeoutMs,
    // One command asks once: nothing is worth keeping, and nobody listens.
    cache: false,
    onEvent: () => {},
  })
  try {
    return await work(keyring)
  } finally {
    await Promise.race([keyring.close(), sleep(CLOSE_LIMIT_MS, undefined, { ref: false })])
  }
}
