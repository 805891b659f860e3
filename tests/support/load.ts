import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach } from '@jest/globals'
import type { Answer, ServerProcess } from './server-process.js'

/** Asks again and again, at a steady pace whatever the answers take, until it is stopped or its test ends. */
export interface Load {
  readonly answers: readonly Answer[]
  stop(): Promise<readonly Answer[]>
}

const LONGEST_MS = 60_000
const running = new Set<Load>()
afterEach(async () => {
  await Promise.all([...running].map((load) => load.stop()))
})

export function startLoad(server: ServerProcess, secret: string, everyMs: number): Load {
  const answers: Answer[] = []
  const open: Promise<unknown>[] = []
  const end = Date.now() + LONGEST_MS
  let isStopped = false
  const asking = (async () => {
    while (!isStopped && Date.now() < end) {
      open.push(server.request(secret).then((answer) => answers.push(answer)))
      await sleep(everyMs)
    }
  })()
  const load: Load = {
    answers,
    async stop() {
      isStopped = true
      running.delete(load)
      await asking
      await Promise.all(open)
      return answers
    },
  }
  running.add(load)
  return load
}

/** Waits until every process answers from what it keeps, and hears announcements where it can. */
export async function warmUp(servers: readonly ServerProcess[], secrets: readonly string[], feed = 'notify') {
  for (const server of servers) {
    for (const secret of secrets) await server.request(secret)
    let health = await server.health()
    for (let tries = 0; (health.feed !== feed || health.lease !== 'fresh') && tries < 200; tries += 1) {
      await sleep(50)
      health = await server.health()
    }
    if (health.feed !== feed || health.lease !== 'fresh') {
      throw new Error(`the lease is ${health.lease}, the feed ${health.feed}: ${health.why}`)
    }
    for (const secret of secrets) {
      const { status } = await server.request(secret)
      if (status !== 200) throw new Error(`a process answers ${status} before anything happened`)
    }
  }
}

/** Waits until the newest answer of every load is no 200, at most this long. */
export async function untilRefused(loads: readonly Load[], limitMs: number): Promise<void> {
  const end = Date.now() + limitMs
  while (Date.now() < end && loads.some(({ answers }) => answers.at(-1)?.status === 200)) await sleep(20)
}

/** When the last request that was answered 200 had been sent. */
export function lastAcceptedAt(answers: readonly Answer[]): number {
  const accepted = answers.filter(({ status }) => status === 200)
  if (accepted.length === 0) throw new Error('nothing was accepted, so nothing was there to be refused')
  return Math.max(...accepted.map(({ sentAt }) => sentAt))
}

/** How long after an instant the last request was sent that was accepted; 0 if all were sent before. */
export function acceptedAfterMs(answers: readonly Answer[], instant: number): number {
  return Math.max(0, lastAcceptedAt(answers) - instant)
}

export function statuses(answers: readonly Answer[]): number[] {
  return [...new Set(answers.map(({ status }) => status))].sort()
}

export function longestWaitMs(answers: readonly Answer[]): number {
  return Math.max(...answers.map(({ sentAt, answeredAt }) => answeredAt - sentAt))
}
