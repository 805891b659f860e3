import { execFile } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll } from '@jest/globals'
import pg from 'pg'
import { freePort } from './example.js'
import { migrate } from './template.js'

const run = promisify(execFile)

/** A PostgreSQL of the tests' own, to be stopped and broken; never the machine's. */
export interface Cluster {
  readonly url: string
  readonly folder: string
  start(): Promise<void>
  stop(mode: 'fast' | 'immediate'): Promise<void>
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
}

const removals: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const remove of removals) await remove()
})

const binaries = () => {
  const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a))
  return `/usr/lib/postgresql/${versions[0]}/bin`
}

/** PostgreSQL and PgBouncer refuse to run as root. */
export function asPostgres(command: string, args: readonly string[]) {
  return userInfo().uid === 0
    ? run('runuser', ['-u', 'postgres', '--', command, ...args], { cwd: '/' })
    : run(command, [...args])
}

export async function openCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'api-keys-cluster-'))
  if (userInfo().uid === 0) {
    const { stdout } = await run('id', ['-u', 'postgres'])
    chownSync(folder, Number(stdout), Number(stdout))
  }
  const port = await freePort()
  const rows = join(folder, 'rows')
  await asPostgres(join(binaries(), 'initdb'), ['-D', rows, '-A', 'trust', '-U', 'postgres', '--no-sync'])

  const settings = [
    `-p ${port}`,
    `-k ${folder}`,
    '-c listen_addresses=127.0.0.1',
    '-c fsync=off',
    '-c shared_preload_libraries=pg_stat_statements',
  ]
  const control = (...args: string[]) => asPostgres(join(binaries(), 'pg_ctl'), ['-D', rows, '-w', ...args])
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  let isRunning = false

  const cluster: Cluster = {
    url,
    folder,
    async start() {
      await control('-l', join(folder, 'log'), '-o', settings.join(' '), 'start')
      isRunning = true
    },
    async stop(mode) {
      isRunning = false
      await control('-m', mode, 'stop')
    },
    async query(sql, values) {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      try {
        return (await client.query(sql, values)).rows
      } finally {
        await client.end()
      }
    },
  }
  removals.push(async () => {
    if (isRunning) await cluster.stop('immediate')
    rmSync(folder, { recursive: true, force: true })
  })
  await cluster.start()
  await migrate(url)
  await cluster.query('CREATE EXTENSION pg_stat_statements')
  return cluster
}
