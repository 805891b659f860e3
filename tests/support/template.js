// Migrating takes seconds, so a run migrates once, and every test file starts from a copy.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { startEmbedded } from './embedded.js'
import { runFolder } from './run-folder.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

export async function migrate(url) {
  await promisify(execFile)(process.execPath, ['scripts/prisma.js', 'migrate', 'deploy'], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: url },
  })
}

/** Runs statements on the server of DATABASE_URL, outside every test's database. */
export async function onServer(...statements) {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

export function urlOf(database) {
  const url = new URL(process.env.DATABASE_URL)
  url.pathname = `/${database}`
  return url.href
}

export const templateFolder = () => join(runFolder(), 'template')
export const templateDatabase = () => `template_${runFolder().replace(/\W/g, '_').slice(-30)}`.toLowerCase()

export async function createTemplate() {
  if (process.env.DATABASE_URL) {
    await onServer(`CREATE DATABASE "${templateDatabase()}"`)
    await migrate(urlOf(templateDatabase()))
    return
  }
  const server = await startEmbedded(templateFolder())
  await migrate(server.url)
  await server.stop()
}

export async function dropTemplate() {
  if (process.env.DATABASE_URL) await onServer(`DROP DATABASE IF EXISTS "${templateDatabase()}"`)
}
