import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Keyring } from 'express-api-keys'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { median, report } from '../support/figures.js'
import { openKeyring } from '../support/keyring.js'
import { acceptedAfterMs, startLoad, statuses, untilRefused, warmUp } from '../support/load.js'
import { type ServerProcess, startServer } from '../support/server-process.js'

const database = useDatabase()
const BOUND_MS = 2_000
const PROCESSES = 4
const EVERY_MS = 5

type OwnedKey = TenantWithUser & { id: string }
type Change = (key: OwnedKey, servers: readonly ServerProcess[]) => Promise<unknown>

const changes: [what: string, status: number, change: Change][] = [
  ['revoked by one of the processes', 401, (key, [first]) => first?.revoke(key) ?? Promise.reject()],
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
  ['whose user is deleted', 401, ({ userId }) => database.query('DELETE FROM users WHERE id = $1', [userId])],
  ['that is deleted', 401, ({ id }) => database.query('DELETE FROM api_keys WHERE id = $1', [id])],
  [
    'that is made to expire by plain SQL',
    401,
    ({ id }) => database.query('UPDATE api_keys SET expires_at = now() WHERE id = $1', [id]),
  ],
  [
    'that is narrowed by plain SQL',
    403,
    ({ id }) => database.query(`UPDATE api_keys SET scopes = '["stock:read"]' WHERE id = $1`, [id]),
  ],
  [
    'whose user moves to another tenant',
    401,
    async ({ userId }) => {
      const { tenantId } = await database.addTenant()
      await database.query('UPDATE users SET tenant_id = $1 WHERE id = $2', [tenantId, userId])
    },
  ],
]

describe('with four processes under load, a key', () => {
  const latencies: number[] = []
  let servers: ServerProcess[]
  let keyring: Keyring
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url, cache: false })
    servers = await Promise.all(
      Array.from({ length: PROCESSES }, () => startServer({ databaseUrl: database.url })),
    )
  }, 60_000)
  afterAll(async () => {
    report('last accept after the change was sent', { p50: median(latencies), max: Math.max(...latencies) })
    await Promise.all(servers.map((server) => server.close()))
  })

  const issueKey = async (owner: TenantWithUser) =>
    keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'] })

  test.each(changes)(
    '%s is refused by all with %i within the bound, and no other key is',
    async (_, status, change) => {
      const owner = await database.addTenant()
      const { apiKey, secret } = await issueKey(owner)
      const other = await issueKey(await database.addTenant())
      await warmUp(servers, [secret, other.secret])
      const loads = servers.map((server) => startLoad(server, secret, EVERY_MS))
      const bystanders = servers.map((server) => startLoad(server, other.secret, EVERY_MS * 8))
      await sleep(300)

      const changedAt = Date.now()
      await change({ ...owner, id: apiKey.id }, servers)
      await untilRefused(loads, BOUND_MS + 1_000)
      await sleep(300)
      const answers = await Promise.all(loads.map((load) => load.stop()))
      const others = await Promise.all(bystanders.map((load) => load.stop()))

      const late = answers.map((list) => acceptedAfterMs(list, changedAt))
      latencies.push(...late)
      expect(Math.max(...late)).toBeLessThanOrEqual(BOUND_MS)
      expect(answers.map(statuses)).toEqual(Array(PROCESSES).fill([200, status]))
      expect(statuses(others.flat())).toEqual([200])
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
    const { secret } = await issueKey(owner)
    await warmUp(servers, [secret])
    const [before] = await database.query('SELECT epoch::int FROM api_key_epoch')
    const loads = servers.map((server) => startLoad(server, secret, EVERY_MS))

    await database.query('UPDATE api_keys SET revoked_at = now() WHERE tenant_id = $1', [owner.tenantId])
    const committedAt = Date.now()
    await untilRefused(loads, BOUND_MS + 1_000)
    const answers = await Promise.all(loads.map((load) => load.stop()))

    const [after] = await database.query('SELECT epoch::int FROM api_key_epoch')
    const late = answers.map((list) => acceptedAfterMs(list, committedAt))
    expect(Math.max(...late)).toBeLessThanOrEqual(BOUND_MS)
    expect(answers.map((list) => list.at(-1)?.status)).toEqual(Array(PROCESSES).fill(401))
    expect(after?.epoch).toBe(Number(before?.epoch) + 1)
  }, 60_000)
})
