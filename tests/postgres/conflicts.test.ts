import { describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

describe('a revocation that deadlocks with a transaction of the host’s', () => {
  test('is tried again, and succeeds', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const [first, second] = await Promise.all(
      ['first', 'second'].map((name) => keyring.issue({ ...owner, name }).then(({ apiKey }) => apiKey.id)),
    )
    const host = new pg.Client({ connectionString: database.url })
    await host.connect()

    // The host's change to one key holds the epoch's row; ours then holds the other key and waits for that row.
    await host.query('BEGIN')
    await host.query(`SET LOCAL deadlock_timeout = '10s'`)
    await host.query('UPDATE api_keys SET expires_at = now() WHERE id = $1', [first])
    const revoking = keyring.revoke({ tenantId: owner.tenantId, id: String(second) })
    await new Promise((resolve) => setTimeout(resolve, 200))
    await host.query(`UPDATE api_keys SET name = 'renamed' WHERE id = $1`, [second])
    await host.query('COMMIT')
    const revoked = await revoking
    await host.end()

    expect(revoked.revokedAt).toBeInstanceOf(Date)
  })
})
