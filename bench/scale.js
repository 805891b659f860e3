import { createMigratedDatabase } from './database.js'
import { runWorker } from './processes.js'
import { hashOf, secretsOf } from './secrets.js'
import { count, printTable, printTargets, times } from './table.js'
import { minutes } from './time.js'

const FEW_KEYS = 10_000
const FAMILY = 'scale'
const CHUNK = 250_000

/** Part 4: makes databases of its own, so that the sizes are what they are said to be. */
export async function measureScale(_database, { quick, scaleKeys }) {
  const lookUps = quick ? 1_000 : 5_000
  const sizes = [FEW_KEYS, scaleKeys]
  const databases = []
  for (const size of sizes) databases.push(await loadKeys(size, lookUps))
  const databaseUrls = databases.map(({ url }) => url)
  const found = await runWorker('scale.js', { databaseUrls, family: FAMILY, lookUps }, minutes(5))
  for (const { drop } of databases) await drop()

  const rows = found.map((ways, at) => ({ keys: sizes[at], ...ways }))
  const growth = rows[1].keyring.p50Micros / rows[0].keyring.p50Micros
  const what = `a cold look-up among ${count(scaleKeys)} keys, against ${count(FEW_KEYS)}`
  return { rows, targets: [{ what, reach: '≤ 1.30×', measured: times(growth), met: growth <= 1.3 }] }
}

/** So many rows, with keys that are going to be looked up spread evenly among those that only fill. */
async function loadKeys(size, lookUps) {
  const database = await createMigratedDatabase()
  await database.query(`
    WITH owners AS (INSERT INTO tenants (name) SELECT 'tenant ' || n FROM generate_series(1, 1000) n RETURNING id, name)
    INSERT INTO users (tenant_id, email) SELECT id, name || '@example.com' FROM owners`)
  const hashes = secretsOf(FAMILY, lookUps).map(hashOf)
  const apart = Math.floor(size / lookUps)
  for (let from = 0; from < size; from += CHUNK) {
    const to = Math.min(from + CHUNK, size) - 1
    await database.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash, scopes)
       SELECT u.tenant_id, u.id, 'key ' || n, 'ak_0000',
         coalesce(p.hash, encode(sha256(n::text::bytea), 'hex')), '["orders:read"]'
       FROM generate_series($1::int, $2::int) n
       JOIN users u ON u.email = 'tenant ' || (n % 1000 + 1) || '@example.com'
       LEFT JOIN unnest($3::text[]) WITH ORDINALITY p(hash, place) ON n = (p.place - 1) * $4`,
      [from, to, hashes, apart],
    )
    if (to % 1_000_000 > 1_000_000 - CHUNK) console.error(`  ${count(to + 1)} of ${count(size)} keys loaded`)
  }
  await database.query('VACUUM ANALYZE')
  return database
}

export function printScale({ rows, targets }) {
  printTable(
    'Scale: cold look-ups, one at a time, cache: false',
    ['keys', 'p50 µs', 'p99 µs', 'the query alone, p50 µs', 'p99 µs'],
    rows.map(({ keys, keyring, query }) => [
      count(keys),
      ...[keyring.p50Micros, keyring.p99Micros, query.p50Micros, query.p99Micros].map(count),
    ]),
  )
  printTargets(targets)
}
