import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { startLoad, statuses, warmUp } from '../support/load.js'
import { type ServerProcess, startServer } from '../support/server-process.js'

const database = useDatabase()

async function openServer(env: NodeJS.ProcessEnv = {}) {
  const keyring = openKeyring({ databaseUrl: database.url, cache: false })
  const { apiKey, secret } = await keyring.issue({
    ...(await database.addTenant()),
    name: 'CI',
    scopes: ['orders:read'],
  })
  const server = await startServer({ databaseUrl: database.url }, { env })
  await warmUp([server], [secret])
  return { server, secret, revoke: () => revokeBySql(apiKey.id) }
}

const revokeBySql = (id: string) =>
  database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id])

describe('a process that stands still while a key is revoked', () => {
  test.each<[string, (server: ServerProcess, during: () => Promise<unknown>) => Promise<unknown>]>([
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
      'with its event loop blocked',
      async (server, during) => {
        const blocked = server.block(3_000)
        await sleep(200)
        await during()
        await blocked
      },
    ],
  ])(
    '%s, refuses it with its first answer',
    async (_, standStill) => {
      const { server, secret, revoke } = await openServer()
      let revokedAt = 0

      const load = startLoad(server, secret, 50)
      await sleep(200)
      await standStill(server, async () => {
        await revoke()
        revokedAt = Date.now()
      })
      await sleep(1_000)
      const answers = await load.stop()
      await server.close()

      const afterwards = answers.filter(({ answeredAt }) => answeredAt > revokedAt + 2_000)
      expect(afterwards.length).toBeGreaterThan(5)
      expect(statuses(afterwards)).toEqual([401])
    },
    30_000,
  )
})

const libraries = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (arch) => `/usr/lib/${arch}/faketime/libfaketime.so.1`,
)

describe('a clock of the day that runs twice as fast as the monotonic one', () => {
  test('ends the lease early and flushes what was kept, and no revocation is missed', async () => {
    const library = libraries.find((path) => existsSync(path))
    const { secret, server, revoke } = await openServer()
    const jumping = await startServer(
      { databaseUrl: database.url },
      { env: { LD_PRELOAD: String(library), FAKETIME: '+0 x2', FAKETIME_DONT_FAKE_MONOTONIC: '1' } },
    )

    for (let asked = 0; asked < 10; asked += 1) {
      await jumping.request(secret)
      await sleep(100)
    }
    const flushes = jumping.events.filter(({ why }) => why === 'clock_jumped')
    await revoke()
    await sleep(100)
    const after = await jumping.request(secret)
    await Promise.all([server.close(), jumping.close()])

    expect(library).toBeDefined()
    expect(flushes.length).toBeGreaterThan(0)
    expect(after.status).toBe(401)
  }, 30_000)
})
