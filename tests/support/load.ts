import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, ServerProcess } from './server-process.js'

/** Asks again and again, at a steady pace whatever the answers take, until it is stopped. */
export interface Load {
  readonly answers: readonly Answer[]
  stop(): Promise<readonly Answer[]>
}

export function startLoad(server: ServerProcess, secret: string, everyMs: number): Load {
  const answers: Answer[] = []
  const open: Promise<unknown>[] = []
  let isStopped = false
  const asking = (async () => {
    while (!isStopped) {
      open.push(server.request(secret).then((answer) => answers.push(answer)))
      await sleep(everyMs)
    }
  })()
  return {
    answers,
    async stop() {
      isStopped = true
      await asking
      await Promise.all(open)
      return answers
    },
  }
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
    if (health.feed !== feed) throw new Error(`the feed is ${health.feed}: ${health.why}`)
    for (const secret of secrets) await server.request(secret)
  }
}

/** When the last request that was answered 200 had been sent. */
export function lastAcceptedAt(answers: readonly Answer[]): number {
  return Math.max(...answers.filter(({ status }) => status === 200).map(({ sentAt }) => sentAt))
}

export function statuses(answers: readonly Answer[]): number[] {
  return [...new Set(answers.map(({ status }) => status))].sort()
}

/** One line of figures, past Jest's own printing. */
export function report(what: string, figures: Record<string, number>): void {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${Math.round(value)} ms`)
  process.stdout.write(`      ${what}: ${text.join(', ')}\n`)
}
