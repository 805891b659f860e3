import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Cluster, openCluster, openStandby } from '../support/cluster.js'
import { addTenant } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'
import { outcomeOf, untilHealth } from '../support/watched-keyring.js'

let primary: Cluster
let replica: Cluster
beforeAll(async () => {
  primary = await openCluster()
  replica = await openStandby(primary)
}, 90_000)

async function issueKey() {
  const keyring = openKeyring({ databaseUrl: primary.url, cache: false })
  const issued = await keyring.issue({ ...(await addTenant(primary.query)), name: 'CI' })
  for (let tries = 0; tries < 100; tries += 1) {
    const rows = await replica.query('SELECT FROM api_keys WHERE id = $1', [issued.apiKey.id])
    if (rows.length > 0) break
    await sleep(50)
  }
  return issued
}

const revoke = (id: string) => primary.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id])

describe('a keyring on a read replica', () => {
  test('keeps nothing, and says why and how to mend it', async () => {
    const { secret } = await issueKey()
    const keyring = openKeyring({ databaseUrl: replica.url })
    await sleep(500)
    await outcomeOf(keyring, secret)

    const health = await untilHealth(keyring, secret, { feed: 'none', why: 'the database is a read replica' })

    expect(health).toMatchObject({
      lease: 'lost',
      feed: 'none',
      why: 'the database is a read replica',
      mend: expect.stringContaining('primary'),
      cachedKeys: 0,
    })
  }, 30_000)

  test('renews no lease by listening to the primary', async () => {
    const { secret } = await issueKey()
    const keyring = openKeyring({ prisma: openPrisma(replica).prisma, databaseUrl: primary.url })

    const during: string[] = []
    for (let asked = 0; asked < 20; asked += 1) {
      await outcomeOf(keyring, secret)
      const { lease, cachedKeys } = await keyring.health()
      during.push(`${lease} ${cachedKeys}`)
      await sleep(100)
    }

    expect(new Set(during)).toEqual(new Set(['lost 0']))
  }, 30_000)

  test('accepts no key beyond the bound that was revoked on the primary, however late the replica is', async () => {
    const { apiKey, secret } = await issueKey()
    const keyring = openKeyring({ databaseUrl: replica.url })
    await untilHealth(keyring, secret, { feed: 'none', why: 'the database is a read replica' })

    await replica.query('SELECT pg_wal_replay_pause()')
    await revoke(apiKey.id)
    await sleep(2_000)
    const after = await outcomeOf(keyring, secret)
    await replica.query('SELECT pg_wal_replay_resume()')

    expect(after).not.toBe('passed')
  }, 30_000)
})

describe('a keyring whose extension sends reads to a replica', () => {
  test('loads keys from the primary all the same', async () => {
    const { apiKey, secret } = await issueKey()
    const reading = openPrisma(replica).prisma
    // As @prisma/extension-read-replicas does it: what is in a transaction stays on the primary.
    const prisma = openPrisma(primary).prisma.$extends({
      query: {
        apiKey: {
          findMany: ({ args, query, ...asked }) =>
            Object(asked).__internalParams?.transaction ? query(args) : reading.apiKey.findMany(args),
        },
      },
    })
    const keyring = openKeyring({ prisma, databaseUrl: primary.url })
    await untilHealth(keyring, secret, { lease: 'fresh', feed: 'notify', cachedKeys: 1 })

    await replica.query('SELECT pg_wal_replay_pause()')
    await revoke(apiKey.id)
    await sleep(2_000)
    const after = await outcomeOf(keyring, secret)
    const onReplica = await reading.apiKey.findMany({ where: { id: apiKey.id } })
    await replica.query('SELECT pg_wal_replay_resume()')

    expect(onReplica).toMatchObject([{ revokedAt: null }])
    expect(after).toBe('invalid_api_key')
  }, 30_000)
})
