import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onCleanup } from './cleanup.js'
import { seconds, withinTime } from './time.js'

const START_LIMIT_MS = seconds(20)
const ANSWER_LIMIT_MS = seconds(10)

/**
 * A process of its own that ends with this one: by `stop`, by `cleanUp`, or, since it watches the channel
 * between them, when this one is killed.
 */
function start(file, config, execArgv = []) {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = fork(path, [JSON.stringify(config)], {
    execArgv,
    env: { ...process.env, NODE_ENV: 'production', DATABASE_URL: config.databaseUrl },
  })
  const ended = once(child, 'exit')
  const stop = onCleanup(async () => {
    child.kill('SIGKILL')
    await ended
  })
  /** The next message, or the news that there will be none. */
  const message = async () => {
    const waiting = new AbortController()
    const { signal } = waiting
    const gone = once(child, 'exit', { signal }).then(([code, by]) => {
      throw new Error(`${file} ended with ${by ?? `exit code ${code}`}.`)
    })
    try {
      const [answer] = await Promise.race([once(child, 'message', { signal }), gone])
      return answer
    } finally {
      waiting.abort()
      gone.catch(() => {})
    }
  }
  return { child, stop, message }
}

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {() => Promise<number>} cpuMicros the CPU time it has used so far
 * @property {() => Promise<void>} stop
 */

/** Starts one of `servers/`. @returns {Promise<Server>} */
export async function startServer(file, config) {
  const { child, stop, message } = start(`servers/${file}`, config)
  const { port } = await withinTime(START_LIMIT_MS, `Starting ${file}`, message())
  return {
    url: `http://127.0.0.1:${port}`,
    async cpuMicros() {
      const answer = message()
      child.send('cpu')
      const { user, system } = await withinTime(ANSWER_LIMIT_MS, `An answer of ${file}`, answer)
      return user + system
    },
    stop,
  }
}

/** Runs one of `workers/` to its end; the answer is what it found. */
export async function runWorker(file, config, limitMs) {
  const { stop, message } = start(`workers/${file}`, config, ['--expose-gc'])
  try {
    return await withinTime(limitMs, file, message())
  } finally {
    await stop()
  }
}
