import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../example-app/dist/main.js', import.meta.url))

export interface RunningExample {
  readonly output: () => string
  /** Waits until the app has printed this. */
  printed(text: string): Promise<void>
  /** Ctrl-C; resolves to the exit code. */
  interrupt(): Promise<number | null>
  readonly exit: Promise<number | null>
}

/** Starts the example app as `npm start` does, in a folder of its own. */
export function startExample(folder: string, env: NodeJS.ProcessEnv): RunningExample {
  const app: ChildProcess = spawn(process.execPath, [main], { cwd: folder, env: { ...process.env, ...env } })
  let output = ''
  for (const stream of [app.stdout, app.stderr]) {
    stream?.on('data', (text) => {
      output += text
    })
  }
  const exit = once(app, 'close').then(([code]) => code as number | null)
  return {
    output: () => output,
    exit,
    async printed(text) {
      const ended = exit.then(() => {
        if (!output.includes(text))
          throw new Error(`the example app ended before it printed "${text}":\n${withoutSecrets(output)}`)
      })
      while (!output.includes(text)) {
        await Promise.race([new Promise((resolve) => setTimeout(resolve, 50)), ended])
      }
    },
    interrupt() {
      app.kill('SIGINT')
      return exit
    },
  }
}

function withoutSecrets(output: string): string {
  return output.replaceAll(/ak_[0-9A-Za-z]+/g, 'ak_…')
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
