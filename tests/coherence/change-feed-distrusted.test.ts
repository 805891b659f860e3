import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { EpochUnavailable, NeedsMending } from '../../src/epoch.js'
import { memoryEpoch } from './memory-epoch.js'
import { reading } from './positions.js'
import { startFeed } from './running-feed.js'
import { until } from './until.js'

describe('a listener that cannot be trusted is closed, and heartbeats go through the client', () => {
  test('when nothing that is announced arrives, as behind a pooler', async () => {
    const database = memoryEpoch()
    const client = { ...database.client, announce: async () => {} }
    const { feed, states, wishes, takeForgotten } = startFeed({ client, listen: database.listen })

    await until(() => states.length > 0)

    expect(states).toEqual([
      {
        feed: 'poll',
        why: 'NOTIFY does not arrive, as behind a pooler in transaction mode',
        mend: 'let databaseUrl name a direct connection to the database of the Prisma client',
      },
    ])
    expect(database.listeners()).toBe(0)
    expect((await feed.readEpoch()).epoch).toBe(1n)
    expect(takeForgotten()).toEqual([])
    expect(wishes.heartbeats).toBe(1)
  })

  test('when it reads another epoch than the client', async () => {
    const { client, listen, listeners } = memoryEpoch()
    const readEpoch = async () => ({ ...reading(1), stamp: 'of another database' })
    const { states } = startFeed({
      client,
      listen: async (events) => ({ ...(await listen(events)), readEpoch }),
    })

    await until(() => states.length > 0)

    expect(states).toEqual([
      {
        feed: 'poll',
        why: 'databaseUrl and the Prisma client read different epochs',
        mend: 'let databaseUrl name the database and schema of the Prisma client',
      },
    ])
    expect(listeners()).toBe(0)
  })

  test('when it is connected to a replica, and says what a person can do', async () => {
    const { client, listen } = memoryEpoch()
    const readEpoch = async () => {
      throw new EpochUnavailable('the database is a read replica', 'give the keyring the primary')
    }
    const { states } = startFeed({
      client,
      listen: async (events) => ({ ...(await listen(events)), readEpoch }),
    })

    await until(() => states.length > 0)

    expect(states[0]).toEqual({
      feed: 'poll',
      why: 'the database is a read replica',
      mend: 'give the keyring the primary',
    })
  })

  test('and is tried again once, soon, for it may have been a late answer; then not for a quarter of a minute', async () => {
    let tries = 0
    startFeed({
      client: memoryEpoch().client,
      listen: async () => {
        tries += 1
        throw new NeedsMending('NOTIFY does not arrive', 'connect directly')
      },
    })

    await until(() => tries === 2)
    await sleep(1_200)

    expect(tries).toBe(2)
  })
})
