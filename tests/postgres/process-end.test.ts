import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { report } from '../support/figures.js'
import { openKeyring } from '../support/keyring.js'
import { warmUp } from '../support/load.js'
import { startServer } from '../support/server-process.js'
import { openTcpProxy } from '../support/tcp-proxy.js'

const database = useDatabase()
const program = fileURLToPath(new URL('../support/script.js', import.meta.url))
/** No process may live longer. */
const PATIENCE_MS = 20_000
/** Closing may wait for a load, for a flush, and for the pool, each within the budget of a query. */
const CLOSING_MS = 4_000

interface Script {
  readonly authenticates: boolean
  readonly closes: boolean
}

async function runScript(what: Script) {
  const owner = await database.addTenant()
  const input = JSON.stringify({ databaseUrl: database.url, owner, ...what })
  const child = spawn(process.execPath, [program, input], { stdio: ['ignore', 'pipe', 'inherit'] })
  const killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  let doneAt = Number.NaN
  let printed = ''
  child.stdout.on('data', (text) => {
    printed += text
    if (printed.endsWith('done\n')) doneAt = Date.now()
  })
  const [code] = await once(child, 'close')
  clearTimeout(killer)
  return { id: printed.split('\n')[0], code: code as number | null, lingeredMs: Date.now() - doneAt }
}

const lastUsed = async (id: unknown) => {
  const [row] = await database.query('SELECT last_used_at FROM api_keys WHERE id = $1', [id])
  return row?.last_used_at
}

describe('a script', () => {
  test.each<[what: string, Script]>([
    ['issues a key and closes the keyring', { authenticates: false, closes: true }],
    ['authenticates and closes the keyring', { authenticates: true, closes: true }],
    ['issues a key and forgets to close the keyring', { authenticates: false, closes: false }],
    ['authenticates and forgets to close the keyring', { authenticates: true, closes: false }],
  ])(
    'that %s ends by itself',
    async (what, script) => {
      const { code, lingeredMs } = await runScript(script)

      report(what, { 'process ended after': lingeredMs })
      expect(code).toBe(0)
      expect(lingeredMs).toBeLessThan(PATIENCE_MS / 2)
    },
    30_000,
  )

  test('that closes the keyring loses no time of last use', async () => {
    const { id } = await runScript({ authenticates: true, closes: true })

    expect(await lastUsed(id)).toBeInstanceOf(Date)
  }, 30_000)
})

describe('a server that closes its keyring', () => {
  async function openServer() {
    const proxy = await openTcpProxy(database.url)
    const keyring = openKeyring({ databaseUrl: database.url, cache: false })
    const { apiKey, secret } = await keyring.issue({
      ...(await database.addTenant()),
      name: 'CI',
      scopes: ['orders:read'],
    })
    const server = await startServer({ databaseUrl: proxy.url })
    await warmUp([server], [secret])
    return { proxy, server, id: apiKey.id }
  }

  test('has written every last use, and ends by itself', async () => {
    const { server, id } = await openServer()

    const ended = await Promise.race([
      server.close().then(() => true),
      sleep(CLOSING_MS, false, { ref: false }),
    ])

    expect(ended).toBe(true)
    expect(await lastUsed(id)).toBeInstanceOf(Date)
  }, 30_000)

  test.each<[what: string, fault: 'freeze' | 'stop']>([
    ['silent', 'freeze'],
    ['away', 'stop'],
  ])(
    'while the database is %s ends by itself all the same',
    async (what, fault) => {
      const { proxy, server } = await openServer()
      await proxy[fault]()

      const startedAt = Date.now()
      const ended = await Promise.race([
        server.close().then(() => true),
        sleep(PATIENCE_MS, false, { ref: false }),
      ])

      report(`closed while the database is ${what}`, { 'process ended after': Date.now() - startedAt })
      expect(ended).toBe(true)
      expect(Date.now() - startedAt).toBeLessThanOrEqual(CLOSING_MS)
    },
    40_000,
  )
})
