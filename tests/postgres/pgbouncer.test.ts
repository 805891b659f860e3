import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Cluster, openCluster } from '../support/cluster.js'
import { addTenant } from '../support/database.js'
import { freePort } from '../support/example.js'
import { openKeyring } from '../support/keyring.js'
import { lastAcceptedAt, report, startLoad, warmUp } from '../support/load.js'
import { startServer } from '../support/server-process.js'

let cluster: Cluster
let pooler: ChildProcess
let pooledUrl: string

beforeAll(async () => {
  cluster = await openCluster()
  const port = await freePort()
  const settings = join(cluster.folder, 'pgbouncer.ini')
  writeFileSync(
    settings,
    `[databases]
* = host=127.0.0.1 port=${new URL(cluster.url).port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
ignore_startup_parameters = extra_float_digits
[users]
`,
  )
  chmodSync(settings, 0o644)
  pooler = spawn('/usr/sbin/pgbouncer', ['-u', 'postgres', '-q', settings], { stdio: 'ignore' })
  pooledUrl = `postgresql://postgres@127.0.0.1:${port}/postgres`
  while (!(await isListening(port))) await sleep(50)
}, 60_000)
afterAll(() => {
  pooler.kill('SIGKILL')
})

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function issueKey() {
  const keyring = openKeyring({ databaseUrl: cluster.url, cache: false })
  return keyring.issue({ ...(await addTenant(cluster.query)), name: 'CI', scopes: ['orders:read'] })
}

describe('behind a pooler in transaction mode', () => {
  test('announcements are found not to arrive, polling takes over, and the bound holds', async () => {
    const { apiKey, secret } = await issueKey()
    const server = await startServer({ databaseUrl: pooledUrl })
    await warmUp([server], [secret], 'poll')
    const load = startLoad(server, secret, 10)
    await sleep(1_500)

    const health = await server.health()
    await cluster.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [apiKey.id])
    const committedAt = Date.now()
    await sleep(2_500)
    const answers = await load.stop()
    const said = server.events.filter(({ mend }) => mend !== undefined)
    await server.close()

    const latency = Math.max(0, lastAcceptedAt(answers) - committedAt)
    report('behind PgBouncer', { 'last accept after commit': latency })
    expect(health).toMatchObject({ lease: 'fresh', feed: 'poll', cachedKeys: 1 })
    expect(said).toEqual([expect.objectContaining({ feed: 'poll', why: expect.stringContaining('NOTIFY') })])
    expect(latency).toBeLessThanOrEqual(2_000)
    expect(answers.at(-1)?.status).toBe(401)
  }, 30_000)

  test('a direct connection as databaseUrl brings announcements back', async () => {
    const { secret } = await issueKey()

    const server = await startServer({ databaseUrl: cluster.url }, { poolUrl: pooledUrl })
    await warmUp([server], [secret], 'notify')
    const health = await server.health()
    await server.close()

    expect(health).toMatchObject({ lease: 'fresh', feed: 'notify' })
  }, 30_000)
})
