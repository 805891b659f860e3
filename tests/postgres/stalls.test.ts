import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { startLoad, statuses, untilRefused, warmUp } from '../support/load.js'
import { type ServerProcess, startServer } from '../support/server-process.js'

const database = useDatabase()

async function openServer() {
  const keyring = openKeyring({ databaseUrl: database.url, cache: false })
  const owner = await database.addTenant()
  const issue = () => keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'] })
  const [doomed, living] = [await issue(), await issue()]
  const server = await startServer({ databaseUrl: database.url })
  await warmUp([server], [doomed.secret, living.secret])
  const revoke = () =>
    database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [doomed.apiKey.id])
  return { server, doomed, living, revoke }
}

const standsStill: [
  how: string,
  (server: ServerProcess, during: () => Promise<unknown>) => Promise<unknown>,
][] = [
  [
    'stopped by a signal',
    async (server, during) => {
      server.signal('SIGSTOP')
      await sleep(200)
      await during()
      await sleep(2_500)
      server.signal('SIGCONT')
    },
  ],
  [
    'with its event loop blocked for 3 s',
    async (server, during) => {
      const over = server.block(3_000)
      await sleep(200)
      await during()
      await over
    },
  ],
]

describe('a process that stands still while a key is revoked', () => {
  test.each(standsStill)(
    '%s, refuses it with its first answer, and goes on with living keys',
    async (_, standStill) => {
      const { server, doomed, living, revoke } = await openServer()
      const dying = startLoad(server, doomed.secret, 50)
      const going = startLoad(server, living.secret, 50)
      await sleep(200)

      let revokedAt = Number.POSITIVE_INFINITY
      await standStill(server, async () => {
        await revoke()
        revokedAt = Date.now()
      })
      await untilRefused([dying], 3_000)
      await sleep(1_000)
      const [refused, passed] = [await dying.stop(), await going.stop()]

      // Those sent before it woke are answered with the first.
      const first = refused.filter(({ answeredAt }) => answeredAt > revokedAt + 1_000)
      expect(first.length).toBeGreaterThan(20)
      expect(statuses(first)).not.toContain(200)
      expect(refused.at(-1)?.status).toBe(401)
      expect(statuses(passed).filter((status) => status !== 503)).toEqual([200])
      expect(passed.at(-1)?.status).toBe(200)
    },
    30_000,
  )
})
