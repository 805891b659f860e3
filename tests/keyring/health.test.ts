import { describe, expect, test } from '@jest/globals'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../src/store/generated/client.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openTcpProxy } from '../support/tcp-proxy.js'

const database = useDatabase()

describe('health', () => {
  test('tells of a database that answers, and has the lease begin before the first request', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })

    let health = await keyring.health()
    while (health.lease !== 'fresh' || health.epoch === null) health = await keyring.health()

    expect(health).toMatchObject({ database: 'up', lease: 'fresh', epoch: expect.stringMatching(/^\d+$/) })
  })

  test('tells of a database that does not answer, and never throws', async () => {
    const proxy = await openTcpProxy(database.url)
    const keyring = openKeyring({ databaseUrl: proxy.url, queryTimeoutMs: 500 })
    await proxy.stop()

    const health = await keyring.health()

    expect(health).toMatchObject({
      database: 'down',
      lease: 'lost',
      why: 'the database cannot be reached',
      mend: 'see that it runs, and that its URL is right',
    })
  })

  test.each([
    ['that keeps answers', {}],
    ['that keeps none', { cache: false }],
  ] as const)(
    'of a keyring %s, whose client has another schema, names the table that is not there',
    async (_, options) => {
      const adapter = new PrismaPg({ connectionString: database.url }, { schema: 'elsewhere' })
      const prisma = new PrismaClient({ adapter })
      const keyring = openKeyring({ prisma, databaseUrl: database.url, ...options })

      const health = await keyring.health()

      await prisma.$disconnect()
      expect(health).toMatchObject({
        database: 'unfit',
        why: 'table `elsewhere.api_keys` is not there, which the model ApiKey asks for',
        mend: expect.stringContaining('(its option "schema")'),
      })
    },
  )

  test('of a closed keyring is that nothing can be checked', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    while ((await keyring.health()).lease !== 'fresh');

    await keyring.close()

    expect(await keyring.health()).toMatchObject({
      database: 'down',
      lease: 'lost',
      why: 'the keyring is closed',
    })
  })

  test('tells that nothing is cached where that was asked for', async () => {
    const keyring = openKeyring({ databaseUrl: database.url, cache: false })

    const health = await keyring.health()

    expect(health).toEqual({
      database: 'up',
      lease: 'off',
      feed: 'off',
      why: 'cache: false',
      cachedKeys: 0,
      epoch: null,
    })
  })
})
