import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../../scripts/embedded-postgres.js', import.meta.url))

/** Starts the embedded PostgreSQL in a process of its own. */
export async function startEmbedded(folder, port = 0) {
  const server = fork(script, [folder, String(port)])
  const [{ url, error }] = await once(server, 'message')
  if (error !== undefined) throw new Error(error)
  return {
    url,
    async stop() {
      const exited = once(server, 'exit')
      server.kill('SIGTERM')
      await exited
    },
  }
}
