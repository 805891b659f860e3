import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent, IssuedKey } from 'express-api-keys'
import pg from 'pg'
import { type Cluster, openCluster } from '../support/cluster.js'
import { addTenant } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { startServer } from '../support/server-process.js'

/** Room for a write on a busy machine. */
const WRITE_MS = 3_000
/** How often a keyring writes, and the write. */
const FLUSH_MS = 5_000 + WRITE_MS

let cluster: Cluster
beforeAll(async () => {
  cluster = await openCluster()
}, 60_000)

async function issueKeys(count: number): Promise<IssuedKey[]> {
  const keyring = openKeyring({ databaseUrl: cluster.url, cache: false })
  const owner = await addTenant(cluster.query)
  return Promise.all(
    Array.from({ length: count }, (_, n) =>
      keyring.issue({ ...owner, name: `key ${n}`, scopes: ['orders:read'] }),
    ),
  )
}

async function issueKey(): Promise<IssuedKey> {
  const [key] = await issueKeys(1)
  if (key === undefined) throw new Error('one key was to be issued')
  return key
}

const lastUsed = async ({ apiKey }: IssuedKey) => {
  const [row] = await cluster.query('SELECT last_used_at FROM api_keys WHERE id = $1', [apiKey.id])
  return row?.last_used_at as Date | null
}

async function useOnce({ secret }: IssuedKey): Promise<void> {
  const keyring = openKeyring({ databaseUrl: cluster.url })
  await keyring.authenticate(secret)
  await keyring.close()
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

  test('is written once within the resolution, however long the key is used', async () => {
    const key = await issueKey()
    const keyring = openKeyring({ databaseUrl: cluster.url })
    // A row that is written is a new one; one that is only locked is not.
    const readRow = () => cluster.query('SELECT xmin::text FROM api_keys WHERE id = $1', [key.apiKey.id])
    const before = await readRow()

    for (const end = Date.now() + FLUSH_MS; Date.now() < end; await sleep(50)) {
      await keyring.authenticate(key.secret)
    }
    const once = await readRow()
    await keyring.close()

    expect(once).not.toEqual(before)
    expect(await readRow()).toEqual(once)
    expect(await lastUsed(key)).toBeInstanceOf(Date)
  }, 30_000)

  test('is not written again within the resolution by another process', async () => {
    const key = await issueKey()
    await useOnce(key)
    const written = await lastUsed(key)
    await sleep(20)

    await useOnce(key)

    expect(written).toBeInstanceOf(Date)
    expect(await lastUsed(key)).toEqual(written)
  })

  test('that could not be written is reported, kept, and written later', async () => {
    const key = await issueKey()
    const failures: ApiKeyEvent[] = []
    const keyring = openKeyring({
      databaseUrl: cluster.url,
      queryTimeoutMs: 1_000,
      onEvent: (event) => event.type === 'usage_flush_failed' && failures.push(event),
    })
    await keyring.authenticate(key.secret)

    await cluster.stop('immediate')
    for (let tries = 0; tries < 150 && failures.length === 0; tries += 1) await sleep(100)
    await cluster.start()
    // Without anybody's asking for it.
    const end = Date.now() + FLUSH_MS
    while (Date.now() < end && (await lastUsed(key)) === null) await sleep(100)

    expect(failures[0]).toMatchObject({ keys: 1, cause: expect.any(Error) })
    expect(await lastUsed(key)).toBeInstanceOf(Date)
  }, 40_000)

  test('is lost for the last flush alone when a process is killed, at whatever moment', async () => {
    const options = { databaseUrl: cluster.url, queryTimeoutMs: WRITE_MS }
    const servers = await Promise.all([1, 2, 3].map(() => startServer(options)))
    const keys = await issueKeys(3 * 150)

    const rounds = servers.map(async (server, n) => {
      const own = keys.slice(n * 150, (n + 1) * 150)
      const killAt = Date.now() + FLUSH_MS + Math.random() * 4_000
      const used: { key: IssuedKey; status: number; at: number }[] = []
      while (Date.now() < killAt) {
        const key = own[used.length % own.length]
        if (key === undefined || used.length >= own.length) break
        const { status, answeredAt } = await server.request(key.secret)
        used.push({ key, status, at: answeredAt })
        await sleep(90)
      }
      const killedAt = Date.now()
      server.signal('SIGKILL')
      await server.exited
      return { used, killedAt }
    })
    const killed = await Promise.all(rounds)

    // On a busy machine the first queries of a process may take too long: who was told 503 did not use its key.
    const early = killed.flatMap(({ used, killedAt }) =>
      used.filter(({ status, at }) => status === 200 && at < killedAt - FLUSH_MS),
    )
    const times = await Promise.all(early.map(({ key }) => lastUsed(key)))
    expect(early.length).toBeGreaterThan(0)
    expect(times.filter((time) => time === null)).toEqual([])
  }, 60_000)
})
