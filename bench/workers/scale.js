// Part 4: cold look-ups in two databases, taking turns, one at a time; by the keyring, and by the query alone.
import pg from 'pg'
import { createKeyring } from '../../dist/index.js'
import { hashOf, secretAt } from '../secrets.js'
import { percentile } from '../statistics.js'
import { config, report } from './report.js'

const { databaseUrls, family, lookUps } = config
const text = 'SELECT * FROM api_keys WHERE key_hash = $1'

const ways = databaseUrls.map((databaseUrl) => {
  const keyring = createKeyring({ databaseUrl, cache: false })
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  return {
    keyring: { lookUp: (secret) => keyring.authenticate(secret), micros: [] },
    query: { lookUp: (secret) => pool.query({ name: 'key', text, values: [hashOf(secret)] }), micros: [] },
  }
})

for (let n = 0; n < lookUps; n += 1) {
  for (const { keyring, query } of ways) {
    // The query comes second in one half: whoever is first brings the row into memory.
    for (const way of n % 2 === 0 ? [keyring, query] : [query, keyring]) {
      const secret = secretAt(family, n)
      const began = process.hrtime.bigint()
      await way.lookUp(secret)
      way.micros.push(Number(process.hrtime.bigint() - began) / 1_000)
    }
  }
}

// The first tenth opens connections and compiles code.
const spread = (micros) => {
  const cold = micros.slice(lookUps / 10)
  return { p50Micros: percentile(cold, 0.5), p99Micros: percentile(cold, 0.99) }
}
report(ways.map(({ keyring, query }) => ({ keyring: spread(keyring.micros), query: spread(query.micros) })))
