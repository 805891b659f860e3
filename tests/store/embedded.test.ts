import { randomUUID } from 'node:crypto'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { startEmbedded } from '../support/embedded.js'
import { runFolder } from '../support/run-folder.js'
import { extendedQuery, openWireClient, type WireClient } from '../support/wire-client.js'

/** Long enough for the server to have taken what was sent, if it is going to. */
const A_WHILE_MS = 200

const newFolder = () => join(runFolder(), randomUUID())

// A cluster takes seconds to make, so every test starts from a copy of one.
const cluster = newFolder()
beforeAll(async () => {
  const server = await startEmbedded(cluster)
  await server.stop()
})

function copyFolder(): string {
  const folder = newFolder()
  cpSync(cluster, folder, { recursive: true })
  return folder
}

const holderOf = (folder: string) => Number(readFileSync(join(folder, 'in-use-by'), 'utf8'))

async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL')
  // Gone only when the system says so: signal 0 reaches whatever still has this number.
  const isThere = () => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  while (isThere()) await pause(10)
}

async function ask(url: string, sql: string, value: string): Promise<string[]> {
  const client = await openWireClient(url)
  client.send(...Object.values(extendedQuery(sql, value)))
  const rows = await client.answer()
  client.vanish()
  return rows
}

describe('two clients of the embedded server', () => {
  let server: Awaited<ReturnType<typeof startEmbedded>>
  const opened: WireClient[] = []
  beforeAll(async () => {
    server = await startEmbedded(copyFolder())
  })
  afterAll(async () => {
    for (const client of opened) client.vanish()
    await server.stop()
  })

  async function open(): Promise<WireClient> {
    const client = await openWireClient(server.url)
    opened.push(client)
    return client
  }

  const messages = extendedQuery(`SELECT 'A asked for ' || $1::text`, 'a')
  const query = Buffer.concat(Object.values(messages))
  const { parse, bind, execute } = messages

  test.each<[place: string, length: number]>([
    ['inside of Parse', parse.length - 3],
    ['after Parse', parse.length],
    ['inside of Bind', parse.length + 3],
    ['after Bind', parse.length + bind.length],
    ['after Execute', parse.length + bind.length + execute.length],
  ])('read their own rows only, when the packet of one is cut %s', async (_, length) => {
    const [a, b] = [await open(), await open()]
    const whole = extendedQuery(`SELECT 'B asked for ' || $1::text`, 'b')

    a.send(query.subarray(0, length))
    await pause(A_WHILE_MS)
    b.send(...Object.values(whole))
    await pause(A_WHILE_MS)
    a.send(query.subarray(length))

    expect(await Promise.all([a.answer(), b.answer()])).toEqual([['A asked for a'], ['B asked for b']])
  })

  test('wait for each other no longer when one vanishes in the middle of its query', async () => {
    const [a, b] = [await open(), await open()]

    a.send(parse, bind)
    await pause(A_WHILE_MS)
    b.send(query)
    await pause(A_WHILE_MS)
    a.vanish()

    expect(await b.answer()).toEqual(['A asked for a'])
  })

  test('are served on when the query of one was wrong', async () => {
    const [a, b] = [await open(), await open()]
    const wrong = extendedQuery('SELECT $1::text FROM nowhere', 'a')

    a.send(...Object.values(wrong))
    await expect(a.answer()).rejects.toThrow('nowhere')
    b.send(query)

    expect(await b.answer()).toEqual(['A asked for a'])
  })
})

describe('a client of the embedded server', () => {
  test('is told once that a query has failed, so that the next answer is the next query’s', async () => {
    const server = await startEmbedded(copyFolder())
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    const surprises: Error[] = []
    client.on('error', (error) => surprises.push(error))

    await client.query('BEGIN')
    const failing = client.query('SELECT 1 / $1::int', ['0'])
    const ending = failing.catch(() => client.query('ROLLBACK'))
    const { rows } = await ending.then(() => client.query('SELECT 1 AS one'))
    await client.end()
    await server.stop()

    await expect(failing).rejects.toThrow('division by zero')
    expect(rows).toEqual([{ one: 1 }])
    expect(surprises).toEqual([])
  })
})

describe('the folder of an embedded server', () => {
  test('is refused to a second process, which says who uses it', async () => {
    const folder = copyFolder()
    const server = await startEmbedded(folder)

    const second = startEmbedded(folder)

    await expect(second).rejects.toThrow(`${folder} is in use by process ${holderOf(folder)}`)
    await server.stop()
  })

  test('is free again when its server has stopped, and holds what was written', async () => {
    const folder = copyFolder()
    const first = await startEmbedded(folder)
    await ask(first.url, 'CREATE TABLE kept AS SELECT $1::text AS "text"', 'a note')
    await first.stop()

    const second = await startEmbedded(folder)

    expect(await ask(second.url, 'SELECT "text" || $1 FROM kept', '!')).toEqual(['a note!'])
    await second.stop()
  })

  test('is free again when its server was killed', async () => {
    const folder = copyFolder()
    await startEmbedded(folder)
    await killed(holderOf(folder))

    const second = await startEmbedded(folder)

    expect(await ask(second.url, 'SELECT $1::text', 'alive')).toEqual(['alive'])
    await second.stop()
  })
})
