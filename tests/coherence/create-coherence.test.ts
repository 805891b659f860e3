import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { EpochUnavailable, NeedsMending } from '../../src/epoch.js'
import { Refusal } from '../../src/errors.js'
import { keyRecord } from './key-record.js'
import { loaded } from './loaded.js'
import { memoryEpoch } from './memory-epoch.js'
import { openCoherence } from './running-coherence.js'
import { settableClock } from './settable-clock.js'
import { until } from './until.js'

/** So that one heartbeat is sent, and no other. */
const everyHour = { maxKeys: 100, leaseMs: 2_000, heartbeatMs: 3_600_000, heartbeatTimeoutMs: 600 }
const outage = new Error('the database is away')

describe('before the first heartbeat was answered', () => {
  test('every request asks the database', async () => {
    const { coherence, questions } = openCoherence()

    await coherence.find('a')
    await coherence.find('a')

    expect(questions).toHaveLength(2)
    expect(coherence.health()).toEqual({
      lease: 'lost',
      feed: 'none',
      why: 'no heartbeat has been answered yet',
      cachedKeys: 0,
      epoch: null,
    })
  })
})

describe('under a lease', () => {
  test('a key is asked for once, and health tells what is known', async () => {
    const { coherence, questions, startFresh } = openCoherence()
    await startFresh()
    await until(() => coherence.health().feed === 'notify' && coherence.health().epoch !== null)

    await coherence.find('a')
    const found = coherence.find('a')

    expect(found).not.toBeInstanceOf(Promise)
    expect(questions).toHaveLength(1)
    expect(coherence.health()).toMatchObject({ lease: 'fresh', feed: 'notify', cachedKeys: 1, epoch: '1' })
  })

  test('what is kept is found at once, and nothing else is', async () => {
    const { coherence, questions, startFresh } = openCoherence()
    const before = coherence.findKept('a')
    await startFresh()
    await coherence.find('a')

    const kept = coherence.findKept('a')

    expect(before).toBeNull()
    expect(kept?.record?.principal.apiKey.id).toBe('a')
    expect(Math.abs(Number(kept?.nowMs) - Date.now())).toBeLessThan(5_000)
    expect(coherence.findKept('b')).toBeNull()
    expect(questions).toEqual([['a']])
  })

  test('what this process has changed is asked for again, which is told', async () => {
    const { coherence, questions, takeEvents, startFresh } = openCoherence()
    await startFresh()
    await Promise.all(['a', 'b'].map((keyHash) => coherence.find(keyHash)))

    coherence.forget(['a'])
    await coherence.find('a')
    await coherence.find('b')

    expect(questions).toEqual([['a', 'b'], ['a']])
    expect(takeEvents('cache_flushed')).toContainEqual({ type: 'cache_flushed', keys: 1, why: 'changed' })
  })

  test('it is asked whether the database answers without a key', async () => {
    const { coherence, questions } = openCoherence()

    await coherence.ask()

    expect(questions).toEqual([[]])
  })

  test('a record comes with the time of the database’s clock, kept or loaded', async () => {
    const database = memoryEpoch()
    const readEpoch = async () => ({
      ...(await database.client.readEpoch()),
      databaseMs: Date.now() + 3_600_000,
    })
    const { coherence, startFresh } = openCoherence({
      client: { ...database.client, readEpoch },
      listen: null,
      loadKeys: async () => loaded(new Map([['a', keyRecord('a')]]), Date.now() + 3_600_000),
    })
    await startFresh()

    const fromDatabase = await coherence.find('a')
    const kept = await coherence.find('a')

    for (const { nowMs } of [fromDatabase, kept]) expect((nowMs - Date.now()) / 3_600_000).toBeCloseTo(1, 2)
  })

  test('10,000 forged announcements ask for few heartbeats, and have nothing served that changed', async () => {
    const database = memoryEpoch()
    let heartbeats = 0
    const listen: typeof database.listen = async (events) => {
      const connection = await database.listen(events)
      const readEpoch = () => {
        heartbeats += 1
        return connection.readEpoch()
      }
      return { ...connection, readEpoch }
    }
    const { coherence, questions, startFresh } = openCoherence({ ...database, listen })
    await startFresh()
    await until(() => coherence.health().feed === 'notify')
    await coherence.find('a')
    const begin = performance.now()
    heartbeats = 0

    for (let n = 0; n < 10_000; n += 1) database.say(`forged ${n}`)
    const found = coherence.find('a')
    await sleep(300)

    expect(found).toBeInstanceOf(Promise)
    await found
    expect(questions).toHaveLength(2)
    // One every 20 ms as ever, and one every 50 ms because of the forgery.
    expect(heartbeats).toBeLessThanOrEqual(2 + (performance.now() - begin) / 14)
  })
})

describe('a lease that is lost', () => {
  test('is told with its reason, and so is that it is regained', async () => {
    let isAway = false
    const database = memoryEpoch()
    const readEpoch = async () => {
      if (isAway) throw outage
      return database.client.readEpoch()
    }
    const { coherence, startFresh, takeEvents } = openCoherence({
      client: { ...database.client, readEpoch },
      listen: null,
    })
    await startFresh()

    isAway = true
    await until(() => takeEvents('lease_lost').length > 0)
    const lost = coherence.health().lease
    isAway = false
    await until(() => takeEvents('lease_regained').length > 0)

    expect(takeEvents('lease_lost')).toEqual([{ type: 'lease_lost', cause: outage }])
    expect(lost).toBe('lost')
    expect(coherence.health().lease).toBe('fresh')
  })
})

describe('loads', () => {
  const lasting = new Refusal('store_failed', {}, new NeedsMending('a column is missing', 'migrate'))
  const state = { feed: 'none', why: 'a column is missing', mend: 'migrate' }

  test('that fail until a person mends it are told, and so is the end of it', async () => {
    let fails = true
    const { coherence, takeEvents, startFresh } = openCoherence({
      async loadKeys() {
        if (fails) throw lasting
        return loaded(new Map())
      },
    })
    await startFresh()
    await until(() => coherence.health().feed === 'notify')

    await expect(coherence.find('a')).rejects.toBe(lasting)
    const meanwhile = coherence.health()
    fails = false
    await coherence.find('a')

    expect(meanwhile).toMatchObject(state)
    expect(takeEvents('feed_changed')).toContainEqual({ type: 'feed_changed', ...state })
    expect(coherence.health().feed).toBe('notify')
  })

  test('that fail for a while change nothing of how changes arrive', async () => {
    const { coherence, startFresh } = openCoherence({
      async loadKeys() {
        throw new Refusal('store_failed', {}, outage)
      },
    })
    await startFresh()
    await until(() => coherence.health().feed === 'notify')

    await expect(coherence.find('a')).rejects.toMatchObject({ cause: outage })

    expect(coherence.health().feed).toBe('notify')
  })

  test('whose answers may not be kept are told once rows have come, not before', async () => {
    const unfit = new NeedsMending('the rows are of another table', 'name the schema')
    let known: string[] = []
    const { coherence, questions, startFresh } = openCoherence({
      async loadKeys(keyHashes) {
        questions.push(keyHashes)
        return { ...loaded(new Map(known.map((keyHash) => [keyHash, keyRecord(keyHash)]))), unfit }
      },
    })
    await startFresh()
    await until(() => coherence.health().feed === 'notify')

    await coherence.find('nobody')
    const before = coherence.health().feed
    known = ['a']
    await coherence.find('a')
    await coherence.find('a')

    expect(before).toBe('notify')
    expect(coherence.health()).toMatchObject({ feed: 'none', why: unfit.message, mend: unfit.mend })
    expect(questions).toEqual([['nobody'], ['a'], ['a']])
  })
})

describe('a key that is kept, while the lease is lost', () => {
  test('is asked for at every request, and served from memory at none', async () => {
    const clock = settableClock()
    const { coherence, questions } = openCoherence({ clock, listen: null, cache: everyHour })
    coherence.start()
    await until(() => coherence.health().lease === 'fresh')
    await coherence.find('a')
    const kept = [coherence.findKept('a') !== null, coherence.find('a') instanceof Promise]

    clock.pass(2_001)
    const lost = [coherence.findKept('a') !== null, coherence.find('a') instanceof Promise]
    await coherence.find('a')

    expect([kept, lost]).toEqual([
      [true, false],
      [false, true],
    ])
    expect(questions.length).toBeGreaterThan(1)
  })
})

describe('an epoch that could not be trusted for a while', () => {
  afterEach(() => {
    jest.useRealTimers()
  })

  test('has nothing served again that was kept before, although it reads the same afterwards', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] })
    const { client } = memoryEpoch()
    let isTrusted = true
    const readEpoch = async () => {
      if (!isTrusted) throw new EpochUnavailable('a trigger is missing', 'migrate')
      return client.readEpoch()
    }
    const { coherence, questions, takeEvents, startFresh } = openCoherence({
      client: { ...client, readEpoch },
      // A listener would be connected anew, and all be forgotten for that alone.
      listen: null,
    })
    await startFresh()
    await coherence.find('a')
    await coherence.find('a')

    isTrusted = false
    await jest.advanceTimersByTimeAsync(100)
    const lost = coherence.health()
    isTrusted = true
    await jest.advanceTimersByTimeAsync(60_000)
    const regained = coherence.health()
    await coherence.find('a')

    expect([lost.feed, regained.feed, regained.lease]).toEqual(['none', 'poll', 'fresh'])
    expect(takeEvents('cache_flushed')).toContainEqual({
      type: 'cache_flushed',
      keys: 'all',
      why: 'missed_change',
    })
    expect(questions).toHaveLength(2)
  })
})

describe('a database without an epoch', () => {
  test('answers every request, says why nothing is kept and how to mend it, and is seldom asked again', async () => {
    let asked = 0
    const readEpoch = async () => {
      asked += 1
      throw new EpochUnavailable('the table does not exist', 'migrate')
    }
    const { client } = memoryEpoch()
    const { coherence, questions, takeEvents } = openCoherence({
      client: { ...client, readEpoch },
      listen: null,
    })

    coherence.start()
    await until(() => takeEvents('feed_changed').length > 0)
    await coherence.find('a')
    await coherence.find('a')
    await sleep(200)

    const state = { feed: 'none', why: 'the table does not exist', mend: 'migrate' }
    expect(questions).toHaveLength(2)
    expect(coherence.health()).toMatchObject({ lease: 'lost', ...state })
    expect(takeEvents('feed_changed').at(-1)).toEqual({ type: 'feed_changed', ...state })
    expect(asked).toBe(1)
  })
})
