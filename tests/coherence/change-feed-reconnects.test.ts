import { describe, expect, test } from '@jest/globals'
import { memoryEpoch } from './memory-epoch.js'
import { startFeed } from './running-feed.js'
import { until } from './until.js'

describe('a listener that was lost', () => {
  test('is replaced, and what was missed meanwhile is forgotten', async () => {
    const database = memoryEpoch()
    const { states, wishes, takeForgotten, isFed } = startFeed(database)
    await until(() => isFed('notify'))

    database.cut()
    await until(() => isFed('poll'))
    const heartbeats = wishes.heartbeats
    takeForgotten()
    await until(() => isFed('notify'))

    expect(states.map(({ feed, why }) => `${feed}: ${why}`)).toEqual([
      'notify: announcements arrive',
      'poll: the connection for announcements was lost',
      'notify: announcements arrive',
    ])
    expect(heartbeats).toBe(2)
    expect(takeForgotten()).toEqual([{ keyHashes: 'all', why: 'reconnected' }])
    expect(database.listeners()).toBe(1)
  })

  test('carries no heartbeat any more', async () => {
    const { listen, ...database } = memoryEpoch()
    const { feed, isFed } = startFeed({
      client: database.client,
      listen: async (events) => {
        const connection = await listen(events)
        const readEpoch = async () => {
          if (database.listeners() === 0) throw new Error('the connection has ended')
          return connection.readEpoch()
        }
        return { ...connection, readEpoch }
      },
    })
    await until(() => isFed('notify'))

    database.cut()
    await until(() => isFed('poll'))

    await expect(feed.readEpoch()).resolves.toMatchObject({ epoch: 1n })
  })

  test('is replaced too when it is lost over and over', async () => {
    const database = memoryEpoch()
    const { isFed } = startFeed(database)

    for (let loss = 1; loss <= 5; loss += 1) {
      await until(() => isFed('notify'))
      database.cut()
      await until(() => isFed('poll'))
    }
    await until(() => isFed('notify'))

    expect(database.connected()).toBe(6)
    expect(database.listeners()).toBe(1)
  })

  test('while it was being proven is tried again soon, not taken for a pooler', async () => {
    const database = memoryEpoch()
    const client = { ...database.client, announce: async () => database.cut() }
    const { states, takeForgotten } = startFeed({ client, listen: database.listen })

    await until(() => database.connected() === 3)

    expect(states.filter(({ mend }) => mend !== undefined)).toEqual([])
    expect(takeForgotten()).toEqual([])
  })

  test('is a listener whose heartbeat failed', async () => {
    const database = memoryEpoch()
    const { feed, isFed } = startFeed(database)
    await until(() => isFed('notify'))

    feed.suspect()
    await until(() => isFed('poll'))
    await until(() => isFed('notify'))

    expect(database.connected()).toBe(2)
  })
})

describe('a connection that cannot be made', () => {
  test('is tried again until it can, and heartbeats go through the client', async () => {
    const { client, listen } = memoryEpoch()
    let tries = 0
    const { feed, states, isFed } = startFeed({
      client,
      listen: async (events) => {
        tries += 1
        if (tries < 4) throw new Error('connection refused')
        return listen(events)
      },
    })

    await until(() => isFed('poll'))
    expect((await feed.readEpoch()).epoch).toBe(1n)
    await until(() => isFed('notify'))

    expect(states[0]).toEqual({ feed: 'poll', why: 'the connection for announcements cannot be made' })
    expect(tries).toBe(4)
  })

  test('tells the code of the error, and none of its words, which name hosts', async () => {
    const { states } = startFeed({
      client: memoryEpoch().client,
      listen: async () => {
        throw Object.assign(new Error('connect ECONNREFUSED db.internal:5432'), { code: 'ECONNREFUSED' })
      },
    })

    await until(() => states.length > 0)

    expect(states[0]).toEqual({
      feed: 'poll',
      why: 'the connection for announcements cannot be made (ECONNREFUSED)',
    })
  })

  test.each([
    ['is for a person to mend', 'fresh', 0, ['let databaseUrl name the database of the Prisma client']],
    ['is an outage, which mends itself', 'lost', 3_000, []],
  ])(
    'for long %s, where the lease is %s',
    async (_, __, passedMs, mends) => {
      let tries = 0
      const { states, clock } = startFeed({
        client: memoryEpoch().client,
        listen: async () => {
          tries += 1
          throw new Error('connection refused')
        },
      })
      clock.pass(passedMs)

      await until(() => tries === 7)

      const mended = states.flatMap(({ mend }) => (mend === undefined ? [] : [mend]))
      expect([...new Set(mended)]).toEqual(mends.map((mend) => expect.stringContaining(mend)))
      expect(states.slice(0, 4).filter(({ mend }) => mend !== undefined)).toEqual([])
    },
    20_000,
  )

  test('is tried at most every second, and less and less often', async () => {
    const triedAt: number[] = []
    startFeed({
      client: memoryEpoch().client,
      listen: async () => {
        triedAt.push(performance.now())
        throw new Error('connection refused')
      },
    })

    await until(() => triedAt.length === 5)

    const pauses = triedAt.slice(1).map((at, n) => at - (triedAt[n] ?? 0))
    const shortest = [100, 200, 400, 500]
    expect(pauses.filter((pause, n) => pause < (shortest[n] ?? 0) - 5)).toEqual([])
  })
})

describe('a client that fails while a listener is proven', () => {
  test.each(['announce', 'readEpoch'])('in %s has that one closed and another proven', async (name) => {
    const { client, listen, connected, listeners } = memoryEpoch()
    const failsOnce = new Set([name])
    const pass = (called: string) => {
      if (failsOnce.delete(called)) throw new Error('the pool is exhausted')
    }
    const { states, isFed } = startFeed({
      client: {
        async announce(channel, text) {
          pass('announce')
          await client.announce(channel, text)
        },
        async readEpoch() {
          pass('readEpoch')
          return client.readEpoch()
        },
      },
      listen,
    })

    await until(() => isFed('notify'))

    expect(states[0]).toEqual({ feed: 'poll', why: 'the connection for announcements cannot be made' })
    expect(connected()).toBe(2)
    expect(listeners()).toBe(1)
  })
})
