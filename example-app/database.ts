import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Database {
  readonly url: string
  readonly description: string
  stop(): Promise<void>
}

// This file runs from example-app/dist/.
const root = new URL('../../', import.meta.url)
// Where the command was given, so that two checkouts do not share rows.
const dataFolder = resolve('.embedded-postgres')

/** The PostgreSQL of `DATABASE_URL`, or an embedded one that keeps its rows in a folder of the project. */
export async function openDatabase(): Promise<Database> {
  const url = process.env.DATABASE_URL
  if (url) return { url, description: 'the database of DATABASE_URL', stop: async () => {} }
  return startEmbedded()
}

async function startEmbedded(): Promise<Database> {
  const server = fork(fileURLToPath(new URL('scripts/embedded-postgres.js', root)), [dataFolder, '0'])
  const [{ url, error }] = await once(server, 'message')
  if (error !== undefined) throw new Error(`The embedded database could not start: ${error}.`)
  return {
    url,
    description: `an embedded PostgreSQL, DATABASE_URL=${url} (rows in .embedded-postgres/; set DATABASE_URL to use your own)`,
    stop: async () => {
      if (server.exitCode !== null) return
      const exited = once(server, 'exit')
      server.kill('SIGTERM')
      await exited
    },
  }
}

/** Makes the tables the way every user does: `prisma migrate deploy`. */
export async function migrate(url: string): Promise<void> {
  const prisma = spawn(
    process.execPath,
    [fileURLToPath(new URL('scripts/prisma.js', root)), 'migrate', 'deploy'],
    {
      cwd: fileURLToPath(root),
      env: { ...process.env, DATABASE_URL: url },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  prisma.stdout.on('data', (text) => {
    output += text
  })
  prisma.stderr.on('data', (text) => {
    output += text
  })
  const [exitCode] = await once(prisma, 'close')
  if (exitCode === 0) return
  const [, unreachable] = /Error: P1001: Can't reach the database: (.+)/.exec(output) ?? []
  if (unreachable !== undefined) {
    throw new Error(
      `The database cannot be reached: ${unreachable}. Is it running, and is DATABASE_URL right?`,
    )
  }
  throw new Error(`The migrations could not be applied: ${/Error: (.+)/.exec(output)?.[1] ?? output.trim()}`)
}
