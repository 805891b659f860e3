import { describe, expect, test } from '@jest/globals'
import { memoryEpoch } from './memory-epoch.js'
import { announced, reading } from './positions.js'
import { startFeed } from './running-feed.js'
import { until } from './until.js'

/** A feed whose announcements have been proven to arrive. */
async function listeningFeed(database = memoryEpoch()) {
  const running = startFeed(database)
  await until(() => running.isFed('notify'))
  running.takeForgotten()
  running.beat(reading(1))
  running.takeForgotten()
  running.wishes.heartbeats = 0
  return { database, ...running }
}

describe('without a database URL', () => {
  test('changes are found by heartbeats through the client', async () => {
    const { feed, states } = startFeed({ ...memoryEpoch(5), listen: null })

    const read = await feed.readEpoch()

    expect(read.epoch).toBe(5n)
    expect(states).toEqual([
      {
        feed: 'poll',
        why: 'no databaseUrl is known to listen on',
        mend: expect.stringContaining('DATABASE_URL'),
      },
    ])
  })
})

describe('a listener', () => {
  test('that hears its probe is trusted: what was missed before it is forgotten, and a heartbeat is sent', async () => {
    const { states, wishes, takeForgotten, isFed } = startFeed(memoryEpoch())

    await until(() => isFed('notify'))

    expect(states).toEqual([{ feed: 'notify', why: 'announcements arrive' }])
    expect(takeForgotten()).toEqual([{ keyHashes: 'all', why: 'reconnected' }])
    expect(wishes.heartbeats).toBe(1)
  })

  test('carries the heartbeats, so that its silence is noticed', async () => {
    const { client, listen } = memoryEpoch()
    const { feed, isFed } = startFeed({
      client,
      listen: async (events) => {
        const connection = await listen(events)
        const answers = [reading(1)]
        return { ...connection, readEpoch: async () => answers.pop() ?? reading(77) }
      },
    })

    const before = await feed.readEpoch()
    await until(() => isFed('notify'))
    const after = await feed.readEpoch()

    expect(before.epoch).toBe(1n)
    expect(after.epoch).toBe(77n)
  })

  test('hands on the steps it hears, and asks for no heartbeat while they follow each other', async () => {
    const { database, takeForgotten, wishes } = await listeningFeed()

    database.step(['a'])
    database.step(['b'])

    expect(takeForgotten().map(({ keyHashes }) => keyHashes)).toEqual([['a'], ['b']])
    expect(wishes.heartbeats).toBe(0)
  })

  test('asks for a heartbeat when a step does not follow the known one', async () => {
    const { listen, ...database } = memoryEpoch()
    let hear = (_step: number) => {}
    const { takeForgotten, wishes } = await listeningFeed({
      ...database,
      listen: (events) => {
        hear = (step) => events.onStep(announced(step))
        return listen(events)
      },
    })

    hear(9)

    expect(takeForgotten()).toEqual([{ keyHashes: 'all', why: 'unexpected_announcement' }])
    expect(wishes.heartbeats).toBe(1)
  })

  test.each(['', 'x', '{}', '{"epoch":1}', 'null', 'probable', ' probe 1'])(
    'takes a text that is neither step nor probe for a doubt: %j',
    async (text) => {
      const { database, takeForgotten, wishes } = await listeningFeed()

      database.say(text)

      expect(takeForgotten()).toEqual([{ keyHashes: 'all', why: 'unexpected_announcement' }])
      expect(wishes.heartbeats).toBe(1)
    },
  )

  test('is not disturbed by the probes of other processes', async () => {
    const { database, takeForgotten, wishes } = await listeningFeed()

    startFeed(database)
    await until(() => database.listeners() === 2)

    expect(takeForgotten()).toEqual([])
    expect(wishes.heartbeats).toBe(0)
  })

  test('is proven also when the epoch steps between the two readings that are compared', async () => {
    const { client, listen } = memoryEpoch()
    const answers = [reading(3), reading(2), reading(1)]
    const readEpoch = async () => answers.pop() ?? reading(4)
    const { states, isFed } = startFeed({
      client: { ...client, readEpoch: async () => reading(3) },
      listen: async (events) => ({ ...(await listen(events)), readEpoch }),
    })

    await until(() => states.length > 0)

    expect(isFed('notify')).toBe(true)
    expect(answers).toEqual([])
  })
})
