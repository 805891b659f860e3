import { afterEach } from '@jest/globals'
import type { IssueInput, KeyringOptions } from 'express-api-keys'
import type { TestDatabase } from './database.js'
import { openKeyring } from './keyring.js'
import { type ServerProcess, startServer } from './server-process.js'

const PROCESSES = 4

// Idle ones too take their share of a small machine.
const running: ServerProcess[] = []
afterEach(() => {
  for (const server of running.splice(0)) server.signal('SIGKILL')
})

/** Four processes on one database, and a key that all of them have seen. */
export async function deploy(
  database: TestDatabase,
  key: Partial<IssueInput>,
  limits: KeyringOptions['limits'] = {},
  where: { readonly redisUrl?: string } = {},
) {
  const keyring = openKeyring({ databaseUrl: database.url, cache: false })
  const owner = await database.addTenant()
  const { secret, apiKey } = await keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'], ...key })
  const options = { databaseUrl: database.url, limits, queryTimeoutMs: 20_000 }
  const servers: ServerProcess[] = []
  for (let n = 0; n < PROCESSES; n += 1) servers.push(await startServer(options, where))
  running.push(...servers)
  return { keyring, owner, apiKey, secret, servers }
}

/** So many requests at once, spread over the processes; how many were answered with which status. */
export async function askAtOnce(
  servers: readonly ServerProcess[],
  secret: string,
  requests: number,
): Promise<Readonly<Record<number, number>>> {
  const answers = await Promise.all(
    Array.from({ length: requests }, (_, n) => servers[n % servers.length]?.request(secret)),
  )
  const counts: Record<number, number> = {}
  for (const answer of answers) {
    if (answer !== undefined) counts[answer.status] = (counts[answer.status] ?? 0) + 1
  }
  return counts
}
