import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Keyring } from 'express-api-keys'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { type Load, lastAcceptedAt, report, startLoad, statuses, warmUp } from '../support/load.js'
import { type ServerProcess, startServer } from '../support/server-process.js'

const database = useDatabase()
const BOUND_MS = 2_000
const PROCESSES = 4
const EVERY_MS = 5

describe('with four processes under load, a key', () => {
  let servers: ServerProcess[]
  let keyring: Keyring
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url, cache: false })
    servers = await Promise.all(
      Array.from({ length: PROCESSES }, () => startServer({ databaseUrl: database.url })),
    )
  }, 60_000)
  afterAll(() => Promise.all(servers.map((server) => server.close())))

  async function changeUnderLoad(change: (key: TenantWithUser & { id: string }) => Promise<unknown>) {
    const owner = await database.addTenant()
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'] })
    const other = await keyring.issue({
      ...(await database.addTenant()),
      name: 'other',
      scopes: ['orders:*'],
    })
    await warmUp(servers, [secret, other.secret])
    const loads: Load[] = servers.map((server) => startLoad(server, secret, EVERY_MS))
    const bystander = startLoad(servers[1] as ServerProcess, other.secret, EVERY_MS * 4)
    await sleep(300)

    await change({ ...owner, id: apiKey.id })
    const committedAt = Date.now()
    await sleep(700)
    const answers = await Promise.all(loads.map((load) => load.stop()))

    const latencies = answers.map((list) => Math.max(0, lastAcceptedAt(list) - committedAt))
    return { latencies, after: answers.map((list) => list.at(-1)?.status), bystander: await bystander.stop() }
  }

  test.each<[string, number, (key: TenantWithUser & { id: string }) => Promise<unknown>]>([
    ['revoked by one of the processes', 401, (key) => servers[0]?.revoke(key) ?? Promise.reject()],
    [
      'revoked by plain SQL',
      401,
      ({ id }) => database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id]),
    ],
    [
      'whose tenant is deleted',
      401,
      ({ tenantId }) => database.query('DELETE FROM tenants WHERE id = $1', [tenantId]),
    ],
    [
      'whose user is deleted',
      401,
      ({ userId }) => database.query('DELETE FROM users WHERE id = $1', [userId]),
    ],
    ['that is deleted', 401, ({ id }) => database.query('DELETE FROM api_keys WHERE id = $1', [id])],
    [
      'that is narrowed by plain SQL',
      403,
      ({ id }) => database.query(`UPDATE api_keys SET scopes = '["stock:read"]' WHERE id = $1`, [id]),
    ],
    [
      'whose user moves to another tenant',
      401,
      async ({ userId }) =>
        database.query('UPDATE users SET tenant_id = $1 WHERE id = $2', [
          (await database.addTenant()).tenantId,
          userId,
        ]),
    ],
  ])(
    '%s is refused by all with %i within the bound',
    async (what, status, change) => {
      const { latencies, after, bystander } = await changeUnderLoad(change)

      report(what, { 'last accept after commit, worst process': Math.max(...latencies) })
      expect(Math.max(...latencies)).toBeLessThanOrEqual(BOUND_MS)
      expect(after).toEqual(Array(PROCESSES).fill(status))
      expect(statuses(bystander)).toEqual([200])
    },
    60_000,
  )

  test('of 50,000 that are revoked at once is refused like one', async () => {
    const owner = await database.addTenant()
    await database.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash)
       SELECT $1, $2, 'many', 'ak_many', encode(sha256(n::text::bytea), 'hex') FROM generate_series(1, 50000) n`,
      [owner.tenantId, owner.userId],
    )
    const { secret } = await keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'] })
    await warmUp(servers, [secret])
    const [before] = await database.query('SELECT epoch::int FROM api_key_epoch')

    await database.query('UPDATE api_keys SET revoked_at = now() WHERE tenant_id = $1', [owner.tenantId])
    await sleep(200)
    const after = await Promise.all(servers.map((server) => server.request(secret)))

    const [epoch] = await database.query('SELECT epoch::int FROM api_key_epoch')
    expect(statuses(after)).toEqual([401])
    expect(epoch?.epoch).toBe(Number(before?.epoch) + 1)
  }, 60_000)
})
