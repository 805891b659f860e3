import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from '@jest/globals'
import type { Cluster } from './cluster.js'
import { freePort } from './example.js'

const PROGRAM = '/usr/sbin/pgbouncer'

const poolers: ChildProcess[] = []
afterAll(() => {
  for (const pooler of poolers) pooler.kill('SIGKILL')
})

/** A pooler in transaction mode before a cluster, as hosting companies offer it; answers its URL. */
export async function openPgbouncer(cluster: Cluster): Promise<string> {
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
`,
  )
  chmodSync(settings, 0o644)
  // Refuses to go on as root, so it changes itself to another user.
  const pooler = spawn(PROGRAM, ['-u', 'postgres', '-q', settings], { stdio: 'ignore' })
  const failed = new Promise<never>((_, reject) => pooler.once('error', reject))
  failed.catch(() => {})
  poolers.push(pooler)
  for (let tries = 0; tries < 200 && !(await listens(port)); tries += 1) {
    await Promise.race([sleep(50), failed])
  }
  return `postgresql://postgres@127.0.0.1:${port}/postgres`
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
