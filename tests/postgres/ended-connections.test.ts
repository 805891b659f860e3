import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openTcpProxy } from '../support/tcp-proxy.js'

const database = useDatabase()
const program = fileURLToPath(new URL('../support/ending-script.js', import.meta.url))

describe('a process whose connections are ended by the server as they open', () => {
  test('lives on, and prints nothing of it', async () => {
    const { tenantId } = await database.addTenant()
    const proxy = await openTcpProxy(database.url)
    proxy.endNew()

    const input = JSON.stringify({ databaseUrl: proxy.url, tenantId })
    const child = spawn(process.execPath, [program, input], { timeout: 30_000 })
    const ended = once(child, 'close')
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    const [code] = await ended

    expect({ code, out, errors }).toEqual({ code: 0, out: 'alive\n', errors: '' })
  })
})
