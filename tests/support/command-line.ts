import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { noteSecret } from './keyring.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** What is piped into it; by default nothing at all. */
  readonly input?: string
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

/** The command line on one database, each time a process of its own. */
export type Run = (args: readonly string[], options?: RunOptions) => Promise<Ended>

export function commandLine(databaseUrl: () => string): Run {
  return async (args, { input = '', ...options } = {}) => {
    const command = startCommand(args, { ...options, env: { DATABASE_URL: databaseUrl(), ...options.env } })
    command.stdin?.end(input)
    return ended(command)
  }
}

/** `express-api-keys ARGS`, running. */
export function startCommand(args: readonly string[], { env, cwd = root }: RunOptions): ChildProcess {
  return spawn(process.execPath, [main, ...args], { cwd, env: environment(env) })
}

/** Through a shell, in whose text `"$@"` is the command. */
export function startInShell(
  script: string,
  args: readonly string[],
  { env, cwd = root }: RunOptions,
): ChildProcess {
  return spawn('sh', ['-c', script, 'sh', process.execPath, main, ...args], { cwd, env: environment(env) })
}

export async function ended(command: ChildProcess): Promise<Ended> {
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    command[stream]?.setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text
    })
  }
  // A command that never reads must not end the tests.
  command.stdin?.on('error', () => {})
  const [exitCode] = await once(command, 'close')
  for (const [secret] of said.stdout.matchAll(/[a-z][a-z0-9_]*_[0-9A-Za-z]{49}/g)) noteSecret(secret)
  return { exitCode, ...said }
}

/** Nothing of the machine's that would change what is printed; the schema engine is the one from npm. */
function environment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _, ...own } = process.env
  const engine = fileURLToPath(new URL('../../scripts/schema-engine.js', import.meta.url))
  return { ...own, PRISMA_SCHEMA_ENGINE_BINARY: engine, CHECKPOINT_DISABLE: '1', ...env }
}
