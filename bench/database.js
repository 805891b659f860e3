import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { onCleanup } from './cleanup.js'
import { seconds } from './time.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const server = process.env.DATABASE_URL || 'postgresql://postgres@127.0.0.1:5432/postgres'

let made = 0

/**
 * @typedef {object} Database
 * @property {string} url
 * @property {(text: string, values?: unknown[]) => Promise<pg.QueryResult>} query
 * @property {() => Promise<void>} drop
 */

/** A new, empty database on the server, dropped at the latest when the run ends. @returns {Promise<Database>} */
export async function createDatabase() {
  made += 1
  const name = `api_keys_bench_${process.pid}_${made}`
  await administer(`CREATE DATABASE ${name}`)
  const drop = onCleanup(async () => {
    // By force and first: a query that still runs would keep the pool from ending.
    await administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await pool.end()
  })
  const url = new URL(server)
  url.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: url.href, max: 2 })
  // A connection that the drop of another run, or an operator, cut is no reason to crash.
  pool.on('error', () => {})
  return { url: url.href, query: (text, values) => pool.query(text, values), drop }
}

/** A new database with the tables of the package. */
export async function createMigratedDatabase() {
  const database = await createDatabase()
  await prisma(['migrate', 'deploy'], database.url)
  return database
}

/** The Prisma CLI of this checkout. */
export async function prisma(args, databaseUrl = '') {
  const cli = [`${root}scripts/prisma.js`, ...args]
  const env = { ...process.env, DATABASE_URL: databaseUrl }
  const running = new AbortController()
  const stop = onCleanup(() => running.abort())
  const options = { cwd: root, env, timeout: seconds(120), signal: running.signal }
  try {
    await promisify(execFile)(process.execPath, cli, options)
  } catch (error) {
    throw new Error(`prisma ${args[0]} failed:\n${error.stdout ?? ''}${error.stderr || error.message}`)
  } finally {
    await stop()
  }
}

export async function serverVersion() {
  const { rows } = await administer('SHOW server_version')
  return rows[0].server_version
}

async function administer(text) {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}
