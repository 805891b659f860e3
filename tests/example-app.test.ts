import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { runCurl } from './support/curl.js'
import { useDatabase } from './support/database.js'
import { freePort, type RunningExample, startExample } from './support/example.js'
import { noteSecret } from './support/keyring.js'
import { runFolder } from './support/run-folder.js'

const database = useDatabase()
const labels = ['full', 'read-only', 'other-tenant', 'expired', 'revoked', 'admin']
const running: RunningExample[] = []
afterAll(async () => {
  await Promise.all(running.map((example) => example.interrupt()))
})

async function start(folderName: string, databaseUrl: string) {
  const folder = join(runFolder(), folderName)
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const example = startExample(folder, { PORT: String(port), DATABASE_URL: databaseUrl })
  running.push(example)
  await example.printed('Ctrl-C stops.')
  const secrets = new Map(labels.map((label) => [label, secretOf(example.output(), label)]))
  for (const secret of secrets.values()) noteSecret(secret)
  const call = (path: string, label?: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    if (label !== undefined) headers.set('Authorization', `Bearer ${secrets.get(label)}`)
    return fetch(`http://localhost:${port}${path}`, { ...init, headers })
  }
  return { example, secrets, call, port }
}

function secretOf(output: string, label: string): string {
  return new RegExp(`^${label}: (ak_[0-9A-Za-z]{49})$`, 'm').exec(output)?.[1] ?? ''
}

describe('the example app', () => {
  test('prints a key a label, and curl lines that answer as they say', async () => {
    const { example, secrets } = await start('example-curl', database.url)

    const lines = [...example.output().matchAll(/^# (\d+):.*\n(curl .*)$/gm)]
    const answers = await Promise.all(lines.map(async ([, , line = '']) => (await runCurl(line)).status))

    expect([...secrets.values()].filter((secret) => secret === '')).toEqual([])
    expect(lines.map(([, status]) => Number(status))).toEqual([200, 401, 403])
    expect(answers).toEqual([200, 401, 403])
  })

  test('answers each route for each key', async () => {
    const { call } = await start('example-routes', database.url)
    const statusOf = async (path: string, label?: string, init?: RequestInit) =>
      (await call(path, label, init)).status

    expect(await statusOf('/health')).toBe(200)
    expect(await Promise.all(labels.map((label) => statusOf('/orders', label)))).toEqual([
      200, 200, 200, 401, 401, 200,
    ])
    expect(await statusOf('/orders')).toBe(401)
    expect(await statusOf('/orders', 'read-only', { method: 'POST' })).toBe(403)
  })

  test('lets its read-only key be used five times a second, and says so', async () => {
    const { call, example } = await start('example-limits', database.url)

    const answers = []
    for (let n = 0; n < 30 && answers.at(-1)?.status !== 429; n += 1) {
      answers.push(await call('/orders', 'read-only'))
    }

    const refused = answers.at(-1)
    expect(answers.length).toBeGreaterThan(5)
    expect(refused?.status).toBe(429)
    expect(refused?.headers.get('retry-after')).toBe('1')
    expect(refused?.headers.get('ratelimit-policy')).toBe('"5/s";q=5;w=1')
    expect(await refused?.json()).toMatchObject({ code: 'rate_limited', 'violated-policies': ['5/s'] })
    expect(example.output()).toContain('# 200 five times, then 429')
  })

  test('tells who calls, without the hash', async () => {
    const { call } = await start('example-whoami', database.url)

    const body = await (await call('/whoami', 'full')).json()

    expect(body).toEqual({
      tenant: { id: expect.any(String), name: 'North Wind Traders' },
      user: { id: expect.any(String), email: 'nora@north.example' },
      apiKey: {
        id: expect.any(String),
        name: 'example: full',
        keyPrefix: expect.stringMatching(/^ak_.{4}$/),
        scopes: ['orders:*'],
        createdAt: expect.any(String),
        expiresAt: null,
        lastUsedAt: null,
      },
    })
  })

  test('greets a stranger and a tenant by name, and refuses a bad key', async () => {
    const { call } = await start('example-hello', database.url)

    const stranger = await call('/hello')
    const tenant = await call('/hello', 'other-tenant')
    const revoked = await call('/hello', 'revoked')

    expect(await stranger.json()).toEqual({ hello: 'stranger' })
    expect(await tenant.json()).toEqual({ hello: 'South Sea Shipping' })
    expect(revoked.status).toBe(401)
  })

  test('keeps the orders of tenants apart', async () => {
    const { call } = await start('example-orders', database.url)
    const body = JSON.stringify({ item: 'anchor' })
    const headers = { 'Content-Type': 'application/json' }

    const created = await call('/orders', 'other-tenant', { method: 'POST', headers, body })
    const own = await (await call('/orders', 'other-tenant')).text()
    const others = await (await call('/orders', 'full')).text()

    expect(created.status).toBe(201)
    expect(await created.json()).toEqual({ order: { id: expect.any(Number), item: 'anchor' } })
    expect(own).toContain('anchor')
    expect(others).not.toContain('anchor')
  })

  test('lets only the key labelled admin manage keys', async () => {
    const { call, example } = await start('example-admin', database.url)

    const statuses = await Promise.all(
      labels.map(async (label) => [label, (await call('/api-keys', label)).status]),
    )

    expect(statuses).toEqual([
      ['full', 403],
      ['read-only', 403],
      ['other-tenant', 403],
      ['expired', 401],
      ['revoked', 401],
      ['admin', 200],
    ])
    expect(Array.from(example.output().matchAll(/^([a-z-]+): ak_/gm), ([, label]) => label)).toEqual(labels)
  })

  test('answers the commands of its README as they say, one after the other', async () => {
    const { secrets, port } = await start('example-readme', database.url)
    const readme = readFileSync(new URL('../example-app/README.md', import.meta.url), 'utf8')
    const [, life = ''] = readme.split('## The life of a key, over HTTP')
    const [overHttp = ''] = life.split('## The same from a shell')
    const commands = [...overHttp.matchAll(/^# (\d{3})\n(curl (?:.*\\\n)*.*)$/gm)]
    const variables: Record<string, string> = { ADMIN: secrets.get('admin') ?? '' }
    const names = [
      ['ID', 'SECRET'],
      ['NEW_ID', 'NEW_SECRET'],
    ]

    const answers: number[] = []
    for (const [, , command = ''] of commands) {
      const response = await runCurl(command.replace('localhost:3000', `localhost:${port}`), variables)
      answers.push(response.status)
      const { apiKey, secret }: { apiKey: { id: string }; secret?: string | null } = JSON.parse(
        await response.text(),
      )
      if (typeof secret !== 'string') continue
      noteSecret(secret)
      const [idName = '', secretName = ''] = names.shift() ?? []
      Object.assign(variables, { [idName]: apiKey.id, [secretName]: secret })
    }

    expect(commands).toHaveLength(overHttp.match(/^curl /gm)?.length ?? 0)
    expect(answers).toEqual(commands.map(([, status]) => Number(status)))
    expect(names).toEqual([])
  })

  test('stops at Ctrl-C, and starts again on its embedded database with old keys kept', async () => {
    const first = await start('example-twice', '')
    const exitCode = await first.example.interrupt()

    const second = await start('example-twice', '')
    const old = await second.call('/orders', undefined, {
      headers: { Authorization: `Bearer ${first.secrets.get('full')}` },
    })

    expect(exitCode).toBe(0)
    expect(first.example.output()).toContain('embedded PostgreSQL')
    expect(old.status).toBe(200)
    expect(first.secrets.get('full') === second.secrets.get('full')).toBe(false)
  }, 60_000)

  test('ends with one sentence when its port is in use', async () => {
    const port = await freePort()
    const blocker = createServer().listen(port)
    await once(blocker, 'listening')

    const example = startExample(runFolder(), { PORT: String(port), DATABASE_URL: database.url })
    const exitCode = await example.exit
    blocker.close()

    expect(exitCode).toBe(1)
    expect(example.output()).toBe(
      `Port ${port} is in use: stop what listens there, or choose another with PORT=${port + 1} npm start.\n`,
    )
  })

  test('ends with one sentence when the database cannot be reached', async () => {
    const port = await freePort()
    const nowhere = `postgresql://postgres@127.0.0.1:${await freePort()}/nothing`

    const example = startExample(runFolder(), { PORT: String(port), DATABASE_URL: nowhere })
    const exitCode = await example.exit

    expect(exitCode).toBe(1)
    expect(example.output()).toMatch(
      /^Using the database of DATABASE_URL\.\nThe database cannot be reached: .+\n$/,
    )
  })

  test.each(['nonsense', '0', '70000'])('refuses the port %s with one sentence', async (port) => {
    const example = startExample(runFolder(), { PORT: port, DATABASE_URL: database.url })
    const exitCode = await example.exit

    expect(exitCode).toBe(1)
    expect(example.output()).toBe(`PORT must be a number from 1 to 65535, not "${port}".\n`)
  })
})
