import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { afterAll } from '@jest/globals'
import type { KeyringHealth, KeyringOptions } from 'express-api-keys'

const program = fileURLToPath(new URL('guarded-server.js', import.meta.url))

export interface Answer {
  readonly status: number
  /** Milliseconds since 1970, when the request was sent and when its answer was there. */
  readonly sentAt: number
  readonly answeredAt: number
}

export interface ServerEvent {
  readonly type: string
  readonly feed?: string
  readonly why?: string
  readonly mend?: string
  readonly counters?: string
}

/** One process of a deployment. */
export interface ServerProcess {
  readonly port: number
  readonly events: readonly ServerEvent[]
  request(secret: string): Promise<Answer>
  revoke(key: { tenantId: string; id: string }): Promise<unknown>
  health(): Promise<KeyringHealth>
  /** Authenticates at a steady pace; when the requests that passed did. */
  hammer(load: { secret: string; perSecond: number; ms: number }): Promise<{
    readonly asked: number
    readonly passedAt: readonly number[]
  }>
  /** Keeps the event loop busy, and says when it is over. */
  block(ms: number): Promise<unknown>
  /** Closes the server and its keyring; resolves when the process has ended by itself. */
  close(): Promise<void>
  signal(name: NodeJS.Signals): void
  readonly exited: Promise<unknown>
}

const started: ChildProcess[] = []
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
})

interface StartOptions {
  /** Where a client of the host's connects; without, the keyring has its own on `databaseUrl`. */
  readonly poolUrl?: string
  /** Where its limits are counted. */
  readonly redisUrl?: string
  readonly env?: NodeJS.ProcessEnv
}

export async function startServer(
  options: KeyringOptions,
  { poolUrl, redisUrl, env = {} }: StartOptions = {},
): Promise<ServerProcess> {
  const child = fork(program, [JSON.stringify({ options, poolUrl, redisUrl })], {
    env: { ...process.env, ...env },
  })
  started.push(child)
  const exited = once(child, 'exit')
  const agent = new Agent({ keepAlive: true })
  const events: ServerEvent[] = []
  const waiting = new Map<number, (result: unknown) => void>()
  let asked = 0
  const ended = exited.then(() => {
    agent.destroy()
    throw new Error('the server process ended before it answered')
  })
  // Awaited only beside an answer.
  ended.catch(() => {})

  const listening = new Promise<number>((resolve) => {
    child.on('message', (message: Record<string, unknown>) => {
      if (typeof message.port === 'number') resolve(message.port)
      if (message.event !== undefined) events.push(message.event as ServerEvent)
      if (typeof message.id === 'number') waiting.get(message.id)?.(message.result)
    })
  })
  const port = await Promise.race([listening, ended])
  const command = <T>(name: string, input?: unknown): Promise<T> => {
    const answer = new Promise<T>((resolve) => {
      asked += 1
      waiting.set(asked, (result) => resolve(result as T))
      child.send({ id: asked, command: name, input })
    })
    return Promise.race([answer, ended])
  }

  return {
    port,
    events,
    request: (secret) => send(port, agent, secret),
    revoke: (key) => command('revoke', key),
    health: () => command<KeyringHealth>('health'),
    hammer: (load) => command('hammer', load),
    block: (ms) => command('block', ms),
    async close() {
      child.send({ command: 'close' })
      await exited
    },
    signal: (name) => child.kill(name),
    exited,
  }
}

/** Status 0 stands for a connection that broke. */
function send(port: number, agent: Agent, secret: string): Promise<Answer> {
  const sentAt = Date.now()
  return new Promise((resolve) => {
    const answer = (status: number) => resolve({ status, sentAt, answeredAt: Date.now() })
    const options = { port, host: '127.0.0.1', agent, headers: { authorization: `Bearer ${secret}` } }
    const request = get(options, (response) => {
      response.resume()
      response.on('end', () => answer(response.statusCode ?? 0))
      response.on('error', () => answer(0))
    })
    request.on('error', () => answer(0))
  })
}
