import type { ClientEpochSource } from '../epoch.js'
import { requireTrusted } from './client-epoch.js'
import type { DirectConnection } from './direct-connection.js'
import { type EpochRow, readEpochSql } from './epoch-sql.js'

/** The epoch as a connection sees it that is neither a keyring's client nor its listener. */
export function createDirectEpoch({ schema, query }: DirectConnection): ClientEpochSource {
  return {
    readEpoch: async () => requireTrusted((await query<EpochRow>(readEpochSql(schema)))[0]),
    async announce(channel, text) {
      await query('SELECT pg_notify($1, $2)', [channel, text])
    },
  }
}
