import { randomUUID } from 'node:crypto'
import { appendFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll } from '@jest/globals'
import pg from 'pg'
import { startEmbedded } from './embedded.js'
import { runFolder } from './run-folder.js'
import { onServer, templateDatabase, templateFolder, urlOf } from './template.js'

export interface TenantWithUser {
  readonly tenantId: string
  readonly userId: string
}

/** A migrated database of the test file's own: embedded, or on the server of `DATABASE_URL`. */
export interface TestDatabase {
  readonly url: string
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  /** A new tenant with one user. */
  addTenant(): Promise<TenantWithUser>
  /** A connection of the test's own, for transactions. */
  openSession(): Promise<pg.Client>
}

interface Server {
  readonly url: string
  stop(): Promise<void>
}

export function useDatabase(): TestDatabase {
  return useServer({ isMigrated: true })
}

/** As a host has it before it meets the package; also without `tenants` and `users`. */
export function useEmptyDatabase(): Omit<TestDatabase, 'addTenant'> {
  return useServer({ isMigrated: false })
}

function useServer({ isMigrated }: { isMigrated: boolean }): TestDatabase {
  let server: Server
  let pool: pg.Pool
  const sessions: pg.Client[] = []

  beforeAll(async () => {
    server = process.env.DATABASE_URL ? await createOnServer(isMigrated) : await createEmbedded(isMigrated)
    pool = new pg.Pool({ connectionString: server.url, max: 3 })
    // A pool whose idle connection is cut by a test must not end the process.
    pool.on('error', () => {})
  })
  afterAll(async () => {
    await Promise.all(sessions.map((session) => session.end()))
    await dumpRows(pool)
    await pool.end()
    await server.stop()
  })

  async function query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
    return (await pool.query(sql, values)).rows
  }
  return {
    get url() {
      return server.url
    },
    query,
    addTenant: () => addTenant(query),
    async openSession() {
      const session = new pg.Client({ connectionString: server.url })
      sessions.push(session)
      await session.connect()
      return session
    },
  }
}

export async function addTenant(query: TestDatabase['query']): Promise<TenantWithUser> {
  const [tenantId, userId] = [randomUUID(), randomUUID()]
  await query('INSERT INTO tenants (id, name) VALUES ($1, $2)', [tenantId, `tenant ${tenantId.slice(0, 8)}`])
  const email = `${userId}@example.test`
  await query('INSERT INTO users (id, tenant_id, email) VALUES ($1, $2, $3)', [userId, tenantId, email])
  return { tenantId, userId }
}

async function createEmbedded(isMigrated: boolean): Promise<Server> {
  const folder = join(runFolder(), randomUUID())
  if (isMigrated) cpSync(templateFolder(), folder, { recursive: true })
  return startEmbedded(folder)
}

async function createOnServer(isMigrated: boolean): Promise<Server> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const template = isMigrated ? `"${templateDatabase()}"` : 'template0'
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${template}`)
  return { url: urlOf(name), stop: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`) }
}

/** Kept until the run ends, when no issued secret may be found in it. */
async function dumpRows(pool: pg.Pool): Promise<void> {
  const { rows: tables } = await pool.query(
    `SELECT format('%I', table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  )
  for (const { name } of tables) {
    const { rows } = await pool.query(`SELECT t::text AS row FROM ${name} t`)
    for (const { row } of rows) appendFileSync(join(runFolder(), 'dump'), `${name} ${row}\n`)
  }
}
