import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { useDatabase } from '../support/database.js'
import { startEmbedded } from '../support/embedded.js'
import { runFolder } from '../support/run-folder.js'
import { onServer, urlOf } from '../support/template.js'

const migrated = useDatabase()

/** A database without tables. */
async function openEmpty(): Promise<{ url: string; stop(): Promise<void> }> {
  if (!process.env.DATABASE_URL) return startEmbedded(join(runFolder(), randomUUID()))
  const name = `empty_${randomUUID().replaceAll('-', '')}`
  await onServer(`CREATE DATABASE ${name}`)
  return { url: urlOf(name), stop: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`) }
}

let pushed: pg.Client
let stop: () => Promise<void>
beforeAll(async () => {
  const server = await openEmpty()
  stop = server.stop
  await promisify(execFile)(process.execPath, ['scripts/prisma.js', 'db', 'push'], {
    env: { ...process.env, DATABASE_URL: server.url },
  })
  pushed = new pg.Client({ connectionString: server.url })
  await pushed.connect()
}, 60_000)
afterAll(async () => {
  await pushed?.end()
  await stop?.()
})

// Checks, triggers and functions are of the migrations alone: the schema has no words for them.
const statements = {
  columns: `SELECT table_name, column_name, data_type, datetime_precision, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
    ORDER BY 1, 2`,
  indexes: `SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    AND tablename <> '_prisma_migrations' ORDER BY 1, 2`,
  keys: `SELECT conrelid::regclass::text AS "table", conname, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'p', 'u')
    AND conrelid::regclass::text <> '_prisma_migrations' ORDER BY 1, 2`,
}

describe('the migrations, all of them,', () => {
  test.each(Object.entries(statements))('make the %s that schema.prisma describes', async (_, sql) => {
    const { rows } = await pushed.query(sql)

    expect(rows.length).toBeGreaterThan(5)
    expect(await migrated.query(sql)).toEqual(rows)
  })
})
