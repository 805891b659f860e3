import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { deferred } from '../../src/deferred.js'
import type { EpochListener } from '../../src/epoch.js'
import { memoryEpoch } from './memory-epoch.js'
import { startFeed } from './running-feed.js'
import { until } from './until.js'

describe('a feed that is stopped', () => {
  test('closes its listener and makes no other', async () => {
    const database = memoryEpoch()
    const { feed, isFed } = startFeed(database)
    await until(() => isFed('notify'))

    feed.stop()
    await sleep(250)

    expect(database.listeners()).toBe(0)
    expect(database.connected()).toBe(1)
  })

  test('between two tries makes no other', async () => {
    let tries = 0
    const listen = async (): Promise<EpochListener> => {
      tries += 1
      throw new Error('connection refused')
    }
    const { feed, states } = startFeed({ client: memoryEpoch().client, listen })
    await until(() => states.length === 1)

    feed.stop()
    await sleep(250)

    expect(tries).toBe(1)
  })

  test('while a connection is being made closes that too', async () => {
    const { client, listen, listeners } = memoryEpoch()
    const opening = deferred<void>()
    const { feed, states } = startFeed({
      client,
      listen: async (events) => {
        await opening.promise
        return listen(events)
      },
    })

    feed.stop()
    opening.resolve()
    await sleep(50)

    expect(listeners()).toBe(0)
    expect(states).toEqual([])
  })
})
