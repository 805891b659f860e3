import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { freePort } from './example.js'

/** A Redis of the tests' own, to be stopped and started; never the machine's. */
export interface OwnRedis {
  readonly url: string
  start(): Promise<void>
  stop(): Promise<void>
}

/** The machine's, which these tests run on. */
export function redisUrl(): string {
  const url = process.env.REDIS_URL
  if (!url) throw new Error('REDIS_URL is not set')
  return url
}

const removals: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const remove of removals) await remove()
})

export async function openRedis(): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'api-keys-redis-'))
  const port = await freePort()
  let server: ChildProcess | undefined
  const redis: OwnRedis = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder]
      server = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'ignore'] })
      for await (const text of server.stdout ?? []) {
        if (String(text).includes('Ready to accept connections')) return
      }
      throw new Error('redis-server has ended')
    },
    async stop() {
      if (server === undefined || server.exitCode !== null) return
      const exit = once(server, 'exit')
      server.kill('SIGTERM')
      await exit
    },
  }
  removals.push(async () => {
    await redis.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  await redis.start()
  return redis
}
