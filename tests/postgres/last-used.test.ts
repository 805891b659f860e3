import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import pg from 'pg'
import { createUsageWriter } from '../../src/store/usage.js'
import { type Cluster, openCluster } from '../support/cluster.js'
import { addTenant } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'
import { startServer } from '../support/server-process.js'

let cluster: Cluster
beforeAll(async () => {
  cluster = await openCluster()
}, 60_000)

async function issueKeys(count: number) {
  const keyring = openKeyring({ databaseUrl: cluster.url, cache: false })
  const owner = await addTenant(cluster.query)
  return Promise.all(
    Array.from({ length: count }, (_, n) =>
      keyring.issue({ ...owner, name: `key ${n}`, scopes: ['orders:read'] }),
    ),
  )
}

const lastUsed = async (id: string) => {
  const [row] = await cluster.query('SELECT last_used_at FROM api_keys WHERE id = $1', [id])
  return row?.last_used_at as Date | null
}

describe('the time of last use', () => {
  test('is written by one statement for all keys, which neither steps the epoch nor announces', async () => {
    const keys = await issueKeys(100)
    const keyring = openKeyring({ databaseUrl: cluster.url })
    const listener = new pg.Client({ connectionString: cluster.url })
    await listener.connect()
    await listener.query('LISTEN "api_keys.public"')
    const heard: string[] = []
    const [before] = await cluster.query('SELECT epoch, stamp FROM api_key_epoch')
    await Promise.all(keys.map(({ secret }) => keyring.authenticate(secret)))
    await cluster.query('SELECT pg_stat_statements_reset()')
    listener.on('notification', ({ payload = '' }) => heard.push(payload))

    await keyring.close()

    const [{ calls } = {}] = await cluster.query(
      `SELECT sum(calls)::int AS calls FROM pg_stat_statements WHERE query LIKE '%UPDATE%last_used_at%'`,
    )
    const [{ used } = {}] = await cluster.query(
      `SELECT count(*)::int AS used FROM api_keys WHERE last_used_at IS NOT NULL AND id = ANY($1)`,
      [keys.map(({ apiKey }) => apiKey.id)],
    )
    const [after] = await cluster.query('SELECT epoch, stamp FROM api_key_epoch')
    await listener.end()
    expect([calls, used]).toEqual([1, 100])
    expect(after).toEqual(before)
    expect(heard.filter((payload) => payload.startsWith('{'))).toEqual([])
  })

  test('is written again only after the resolution', async () => {
    const [key] = await issueKeys(1)
    const { secret = '', apiKey } = key ?? {}
    const options = { databaseUrl: cluster.url, lastUsedResolutionMs: 3_600_000 }
    const first = openKeyring(options)
    await first.authenticate(secret)
    await first.close()
    const written = await lastUsed(String(apiKey?.id))

    const second = openKeyring(options)
    await second.authenticate(secret)
    await second.close()

    expect(await lastUsed(String(apiKey?.id))).toEqual(written)
  })

  test('never goes backwards, whoever flushes last', async () => {
    const [key] = await issueKeys(1)
    const id = String(key?.apiKey.id)
    const { prisma } = openPrisma({ url: cluster.url })
    const write = createUsageWriter(prisma, undefined, 5_000)

    await write(new Map([[id, Date.UTC(2030, 0, 2)]]))
    await write(new Map([[id, Date.UTC(2030, 0, 1)]]))

    expect(await lastUsed(id)).toEqual(new Date(Date.UTC(2030, 0, 2)))
  })

  test('is written by two processes at once, in opposite order, without a deadlock', async () => {
    const ids = (await issueKeys(500)).map(({ apiKey }) => apiKey.id)
    const writers = [0, 1].map(() =>
      createUsageWriter(openPrisma({ url: cluster.url }).prisma, undefined, 10_000),
    )

    for (let round = 1; round <= 20; round += 1) {
      const at = Date.UTC(2031, 0, round)
      await Promise.all([
        writers[0]?.(new Map(ids.map((id) => [id, at]))),
        writers[1]?.(new Map(ids.toReversed().map((id) => [id, at + 1]))),
      ])
    }

    const [{ deadlocks } = {}] = await cluster.query(
      `SELECT deadlocks::int FROM pg_stat_database WHERE datname = 'postgres'`,
    )
    expect(deadlocks).toBe(0)
  }, 60_000)

  test('that could not be written is reported, kept, and written later', async () => {
    const [key] = await issueKeys(1)
    const { secret = '', apiKey } = key ?? {}
    const failures: ApiKeyEvent[] = []
    const keyring = openKeyring({
      databaseUrl: cluster.url,
      queryTimeoutMs: 1_000,
      onEvent: (event) => event.type === 'usage_flush_failed' && failures.push(event),
    })
    await keyring.authenticate(secret)

    await cluster.stop('immediate')
    while (failures.length === 0) await sleep(100)
    await cluster.start()
    await sleep(1_000)
    await keyring.close()

    expect(failures[0]).toMatchObject({ keys: 1, cause: expect.any(Error) })
    expect(await lastUsed(String(apiKey?.id))).toBeInstanceOf(Date)
  }, 30_000)

  test('of the last flush alone is lost when the process is killed', async () => {
    const [early, late] = await issueKeys(2)
    const server = await startServer({ databaseUrl: cluster.url })
    await server.request(String(early?.secret))
    await sleep(5_500)
    await server.request(String(late?.secret))

    server.signal('SIGKILL')
    await server.exited

    expect(await lastUsed(String(early?.apiKey.id))).toBeInstanceOf(Date)
    expect(await lastUsed(String(late?.apiKey.id))).toBeNull()
  }, 30_000)
})
