import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { createDatabase, prisma } from '../database.js'

const schema = fileURLToPath(new URL('schema.prisma', import.meta.url))

/** A database with better-auth's tables, one user for ten keys, and the keys of these secrets. */
export async function createBetterAuthDatabase(secrets) {
  const database = await createDatabase()
  await Promise.all([
    prisma(['generate', '--no-hints', '--schema', schema]),
    prisma(['db', 'push', '--schema', schema, '--url', database.url], database.url),
  ])
  await database.query(
    `INSERT INTO "user" (id, name, email)
     SELECT 'user' || n, 'User ' || n, 'user' || n || '@example.com' FROM generate_series(0, $1::int) n`,
    [Math.ceil(secrets.length / 10)],
  )
  // The plugin's own hash of a key.
  const hashes = secrets.map((secret) => createHash('sha256').update(secret).digest('base64url'))
  await database.query(
    `INSERT INTO apikey (id, name, start, "referenceId", key, "rateLimitEnabled", "createdAt", "updatedAt")
     SELECT 'key' || n, 'key ' || n, 'ak_', 'user' || n / 10, hash, false, now(), now()
     FROM unnest($1::text[]) WITH ORDINALITY k(hash, n)`,
    [hashes],
  )
  await database.query('VACUUM ANALYZE')
  return database
}
