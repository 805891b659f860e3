import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterEach } from '@jest/globals'
import pg from 'pg'
import { startEmbedded } from './embedded.js'
import { runFolder } from './run-folder.js'
import { onServer, urlOf } from './template.js'

/** A database without any table. */
export interface EmptyDatabase {
  readonly url: string
  query(sql: string): Promise<Record<string, unknown>[]>
}

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

/** Embedded, or on the server of `DATABASE_URL`; it goes with the test that opened it. */
export async function openEmptyDatabase(): Promise<EmptyDatabase> {
  const { url, stop } = process.env.DATABASE_URL
    ? await createOnServer()
    : await startEmbedded(join(runFolder(), randomUUID()))
  opened.push(stop)
  return {
    url,
    async query(sql) {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      try {
        return (await client.query(sql)).rows
      } finally {
        await client.end()
      }
    },
  }
}

async function createOnServer() {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onServer(`CREATE DATABASE ${name}`)
  return { url: urlOf(name), stop: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`) }
}
