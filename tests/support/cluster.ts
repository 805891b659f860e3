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

/** Migrated, and counting statements in `pg_stat_statements`. */
export async function openCluster(): Promise<Cluster> {
  const cluster = await startCluster((rows) => [
    'initdb',
    ...['-D', rows, '-A', 'trust', '-U', 'postgres', '--no-sync'],
  ])
  await migrate(cluster.url)
  await cluster.query('CREATE EXTENSION pg_stat_statements')
  return cluster
}

/** A read replica. */
export function openStandby(primary: Cluster): Promise<Cluster> {
  return startCluster((rows) => [
    'pg_basebackup',
    ...['-d', primary.url, '-D', rows, '-R', '-c', 'fast', '--no-sync'],
  ])
}

async function startCluster(fill: (rows: string) => [program: string, ...args: string[]]): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'api-keys-cluster-'))
  const rows = join(folder, 'rows')
  const call = (program: string, ...args: string[]) => asPostgres(join(binaries(), program), args)
  const control = (...args: string[]) => call('pg_ctl', '-D', rows, '-w', ...args)
  let isRunning = false
  // Before anything is made, for what fails half-way leaves something too.
  removals.push(async () => {
    if (isRunning) await control('-m', 'immediate', 'stop').catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  })
  if (userInfo().uid === 0) {
    const { stdout } = await run('id', ['-u', 'postgres'])
    chownSync(folder, Number(stdout), Number(stdout))
  }
  await call(...fill(rows))

  const port = await freePort()
  const settings = [
    `-p ${port}`,
    `-k ${folder}`,
    '-c listen_addresses=127.0.0.1',
    '-c fsync=off',
    '-c shared_preload_libraries=pg_stat_statements',
  ]
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  const cluster: Cluster = {
    url,
    folder,
    async start() {
      isRunning = true
      await control('-l', join(folder, 'log'), '-o', settings.join(' '), 'start')
    },
    async stop(mode) {
      await control('-m', mode, 'stop')
      isRunning = false
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
  await cluster.start()
  return cluster
}
