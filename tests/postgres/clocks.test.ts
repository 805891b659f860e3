import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { acceptedAfterMs, startLoad, statuses, untilRefused, warmUp } from '../support/load.js'
import { startServer } from '../support/server-process.js'

const database = useDatabase()
const folder = mkdtempSync(join(tmpdir(), 'api-keys-clock-'))
afterAll(() => rmSync(folder, { recursive: true }))

const library = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map((arch) => `/usr/lib/${arch}/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path))

/** A server whose clock of the day can be set while it runs; its monotonic clock goes on as ever. */
async function openServer() {
  if (library === undefined) throw new Error('libfaketime is missing')
  const file = join(folder, 'clock')
  const setClock = (offset: string) => writeFileSync(file, offset)
  setClock('+0s')
  const server = await startServer(
    { databaseUrl: database.url },
    {
      env: {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    },
  )
  return { server, setClock }
}

/** A key that expires that long from now, by the clock of the database. */
async function issueKey(expiresIn: string) {
  const keyring = openKeyring({ databaseUrl: database.url, cache: false })
  const { apiKey, secret } = await keyring.issue({
    ...(await database.addTenant()),
    name: 'CI',
    scopes: ['orders:read'],
  })
  const [row = {}] = await database.query(
    'UPDATE api_keys SET expires_at = now() + $2::interval WHERE id = $1 RETURNING expires_at',
    [apiKey.id, expiresIn],
  )
  return { id: apiKey.id, secret, expiresAt: (row.expires_at as Date).getTime() }
}

describe.each(['+600s', '-600s'])('when the clock of a process is set by %s', (offset) => {
  test('what was kept is forgotten, and a revocation is obeyed', async () => {
    const doomed = await issueKey('1 day')
    const { server, setClock } = await openServer()
    await warmUp([server], [doomed.secret])
    const dying = startLoad(server, doomed.secret, 20)
    await sleep(200)

    setClock(offset)
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [doomed.id])
    const committedAt = Date.now()
    await untilRefused([dying], 3_000)
    await sleep(600)
    const answers = await dying.stop()
    const jumps = server.events.filter(({ why }) => why === 'clock_jumped')

    expect(jumps.length).toBeGreaterThan(0)
    expect(acceptedAfterMs(answers, committedAt)).toBeLessThanOrEqual(2_000)
    expect(statuses(answers)).toEqual([200, 401])
  }, 30_000)

  test('keys still live and expire by the clock of the database, or get 503 until that is known', async () => {
    const [ended, living] = [await issueKey('-5 minutes'), await issueKey('5 minutes')]
    const { server, setClock } = await openServer()
    await warmUp([server], [living.secret])
    const loads = [ended, living].map(({ secret }) => startLoad(server, secret, 10))
    await sleep(200)

    setClock(offset)
    await sleep(1_500)
    const [ofEnded = [], ofLiving = []] = await Promise.all(loads.map((load) => load.stop()))

    expect(statuses(ofEnded)).not.toContain(200)
    expect(statuses(ofLiving)).not.toContain(401)
    expect([ofEnded.at(-1)?.status, ofLiving.at(-1)?.status]).toEqual([401, 200])
  }, 30_000)
})

describe('when the clock of a process runs twice as fast', () => {
  test('no revocation is missed, and no living key is refused', async () => {
    const doomed = await issueKey('1 day')
    const { server, setClock } = await openServer()
    await warmUp([server], [doomed.secret])
    const dying = startLoad(server, doomed.secret, 20)

    setClock('+0 x2')
    await sleep(1_500)
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [doomed.id])
    const committedAt = Date.now()
    await untilRefused([dying], 3_000)
    await sleep(600)
    const answers = await dying.stop()
    const jumps = server.events.filter(({ why }) => why === 'clock_jumped')

    expect(jumps.length).toBeGreaterThan(0)
    expect(acceptedAfterMs(answers, committedAt)).toBeLessThanOrEqual(2_000)
    expect(statuses(answers)).toEqual([200, 401])
    expect(
      answers.filter(({ sentAt }) => sentAt < committedAt - 100).map(({ status }) => status),
    ).not.toContain(401)
  }, 30_000)
})

describe('a key that expires while it is kept', () => {
  test('is refused from that instant of the database’s clock on', async () => {
    const server = await startServer({ databaseUrl: database.url })
    const other = await issueKey('1 day')
    await warmUp([server], [other.secret])
    const { secret, expiresAt } = await issueKey('1 second')
    const load = startLoad(server, secret, 5)

    await sleep(1_500)
    const answers = await load.stop()

    // What the clocks of two processes can be told apart by.
    const early = answers.filter(({ answeredAt }) => answeredAt < expiresAt - 50)
    const late = answers.filter(({ sentAt }) => sentAt > expiresAt + 50)
    expect(statuses(early)).toEqual([200])
    expect(statuses(late)).toEqual([401])
  }, 30_000)
})
