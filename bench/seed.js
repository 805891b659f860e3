import { hashOf, secretAt } from './secrets.js'

const CHUNK = 10_000
const KEYS_PER_USER = 10

/**
 * Stores the first `size` keys of a family, ten a user and one user a tenant; never used before, or just now.
 * @param {import('./database.js').Database} database
 */
export async function seedKeys(database, family, size, { usedNow = false } = {}) {
  await database.query(
    `WITH owners AS (
       INSERT INTO tenants (name) SELECT $1 || ' ' || n FROM generate_series(1, $2::int) n RETURNING id, name
     )
     INSERT INTO users (tenant_id, email) SELECT id, name || '@example.com' FROM owners`,
    [family, Math.ceil(size / KEYS_PER_USER)],
  )
  for (let from = 0; from < size; from += CHUNK) {
    const secrets = Array.from({ length: Math.min(CHUNK, size - from) }, (_, n) => secretAt(family, from + n))
    await database.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash, scopes, last_used_at)
       SELECT u.tenant_id, u.id, 'key ' || k.n, k.prefix, k.hash, '["orders:read", "orders:write"]',
         CASE WHEN $5 THEN now() END
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY k(prefix, hash, n)
       JOIN users u ON u.email = $3 || ' ' || (($4 + k.n - 1) / ${KEYS_PER_USER} + 1) || '@example.com'`,
      [secrets.map((secret) => secret.slice(0, 7)), secrets.map(hashOf), family, from, usedNow],
    )
  }
  await database.query('VACUUM ANALYZE')
}
