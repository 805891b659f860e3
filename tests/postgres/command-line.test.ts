import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { type Cluster, openCluster, openStandby } from '../support/cluster.js'
import { commandLine, type RunOptions } from '../support/command-line.js'
import { addTenant } from '../support/database.js'
import { openPgbouncer } from '../support/pgbouncer.js'

let cluster: Cluster
let replica: Cluster
beforeAll(async () => {
  cluster = await openCluster()
  replica = await openStandby(cluster)
}, 90_000)

const run = commandLine(() => cluster.url)

/** The cluster's URL with another user, database or host. */
function urlWith(change: (url: URL) => void): RunOptions {
  const url = new URL(cluster.url)
  change(url)
  return { env: { DATABASE_URL: url.href } }
}

async function doctor(options: RunOptions = {}) {
  const { exitCode, stdout } = await run(['doctor', '--json'], options)
  const findings: { check: string; status: string; says: string; mend?: string }[] =
    JSON.parse(stdout).findings
  return { exitCode, about: (check: string) => findings.find((finding) => finding.check === check) }
}

describe('doctor', () => {
  test('warns behind a pooler in transaction mode that announcements do not arrive, and passes', async () => {
    const { exitCode, about } = await doctor({ env: { DATABASE_URL: await openPgbouncer(cluster) } })

    expect(exitCode).toBe(0)
    expect(about('announcements')).toMatchObject({
      status: 'warn',
      says: expect.stringContaining('NOTIFY does not arrive'),
      mend: expect.stringContaining('direct connection'),
    })
  })

  test('fails on a read replica', async () => {
    const { exitCode, about } = await doctor({ env: { DATABASE_URL: replica.url } })

    expect(exitCode).toBe(1)
    expect(about('database')).toMatchObject({
      status: 'fail',
      says: 'The database is a read replica.',
      mend: expect.stringContaining('primary'),
    })
  })

  test('fails where sessions pass by the triggers', async () => {
    await cluster.query(`ALTER DATABASE postgres SET session_replication_role = replica`)

    const { exitCode, about } = await doctor()

    await cluster.query('ALTER DATABASE postgres RESET session_replication_role')
    expect(exitCode).toBe(1)
    expect(about('database')).toMatchObject({
      status: 'fail',
      says: 'Sessions of this user pass by every trigger.',
    })
  })

  test.each([
    ['+20s', 'warn', 'behind'],
    ['-20s', 'warn', 'ahead of'],
    ['+600s', 'fail', 'behind'],
  ])('on a machine whose clock is wrong by %s: %s', async (offset, status, direction) => {
    const library = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
      .map((arch) => `/usr/lib/${arch}/faketime/libfaketime.so.1`)
      .find(existsSync)
    const env = { LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' }

    const { exitCode, about } = await doctor({ env })

    expect(exitCode).toBe(status === 'fail' ? 1 : 0)
    expect(about('clock')).toMatchObject({
      status,
      says: expect.stringMatching(
        new RegExp(`^The database's clock is \\d+\\.\\d s ${direction} this machine's`),
      ),
      mend: expect.stringContaining('NTP'),
    })
  })

  test('warns when the keys cannot be counted', async () => {
    await cluster.query('CREATE ROLE blind LOGIN')

    const { about } = await doctor(urlWith((url) => Object.assign(url, { username: 'blind' })))

    expect(about('expiry')).toMatchObject({ status: 'warn', says: 'The keys could not be counted.' })
  })
})

describe('a database that cannot be used ends with one sentence', () => {
  const list = async () => ['list', '--tenant', (await addTenant(cluster.query)).tenantId]

  test('and 5 where it has another name', async () => {
    const ran = await run(
      await list(),
      urlWith((url) => Object.assign(url, { pathname: '/elsewhere' })),
    )

    const stderr = 'The server has no database of this name: see that its URL is right.\n'
    expect(ran).toEqual({ exitCode: 5, stdout: '', stderr })
  })

  test('and 5 where the user is unknown', async () => {
    const ran = await run(
      await list(),
      urlWith((url) => Object.assign(url, { username: 'nobody', password: 'hunter2' })),
    )

    const stderr =
      'The database refuses the connection: see that its URL is set, with the right user and password.\n'
    expect(ran).toEqual({ exitCode: 5, stdout: '', stderr })
  })

  test('and 5 where it offers no TLS', async () => {
    const options = urlWith(({ searchParams }) => searchParams.set('sslmode', 'verify-full'))

    const ran = await run(await list(), options)

    const stderr = 'No TLS connection to the database can be made: see that sslmode in its URL is right.\n'
    expect(ran).toEqual({ exitCode: 5, stdout: '', stderr })
  })

  test('and 5 when it does not answer in time', async () => {
    const locking = new pg.Client({ connectionString: cluster.url })
    await locking.connect()
    await locking.query('BEGIN; LOCK TABLE api_keys')

    const ran = await run(await list())
    await locking.end()

    expect(ran).toEqual({ exitCode: 5, stdout: '', stderr: 'The database did not answer in time.\n' })
  }, 40_000)

  test('and 1 where the user may not read the tables', async () => {
    await cluster.query('CREATE ROLE rightless LOGIN')

    const ran = await run(
      await list(),
      urlWith((url) => Object.assign(url, { username: 'rightless' })),
    )

    const stderr =
      'The database user lacks a right on the tables: grant it the rights that the application needs.\n'
    expect(ran).toEqual({ exitCode: 1, stdout: '', stderr })
  })

  test('and 1 on a read replica', async () => {
    const ran = await run(await list(), { env: { DATABASE_URL: replica.url } })

    const stderr = 'The database is a read replica: connect to the primary.\n'
    expect(ran).toEqual({ exitCode: 1, stdout: '', stderr })
  })

  test('and 1 where the tables are missing, or older than the package', async () => {
    await cluster.query('CREATE DATABASE bare')
    const expected = {
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^The tables are missing, or older/),
    }

    const missing = await run(
      await list(),
      urlWith((url) => Object.assign(url, { pathname: '/bare' })),
    )
    await cluster.query('ALTER TABLE api_keys RENAME version TO later')
    const older = await run(await list())
    await cluster.query('ALTER TABLE api_keys RENAME later TO version')

    expect([missing, older]).toEqual([expected, expected])
  })
})
