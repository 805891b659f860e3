import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { deferred } from '../../src/deferred.js'
import { loaded } from './loaded.js'
import { memoryEpoch } from './memory-epoch.js'
import { openCoherence } from './running-coherence.js'
import { until } from './until.js'

describe('starting', () => {
  test('twice is starting once', async () => {
    const database = memoryEpoch()
    const { coherence, startFresh } = openCoherence(database)

    await startFresh()
    coherence.start()
    await until(() => coherence.health().feed === 'notify')

    expect(database.connected()).toBe(1)
  })

  test('belongs to no request, although a request was what set it off', async () => {
    const request = new AsyncLocalStorage<string>()
    const contexts = new Map<string, Set<string | undefined>>()
    const note = (name: string) =>
      contexts.set(name, (contexts.get(name) ?? new Set()).add(request.getStore()))
    const database = memoryEpoch()
    const { coherence } = openCoherence({
      client: {
        readEpoch() {
          note('readEpoch')
          return database.client.readEpoch()
        },
        announce(channel, text) {
          note('announce')
          return database.client.announce(channel, text)
        },
      },
      listen(events) {
        note('listen')
        return database.listen(events)
      },
      observe: ({ type }) => note(type),
    })

    request.run('first caller', () => coherence.start())
    await until(() => coherence.health().feed === 'notify')
    database.cut()
    await until(() => database.connected() === 2 && coherence.health().feed === 'notify')

    const neutral = new Set([undefined])
    expect(contexts).toEqual(new Map([...contexts.keys()].map((name) => [name, neutral])))
  })
})

describe('closing', () => {
  test('waits for loads under way, and ends heartbeats and the listener', async () => {
    const database = memoryEpoch()
    const answer = deferred<void>()
    const { coherence, startFresh } = openCoherence({
      ...database,
      async loadKeys() {
        await answer.promise
        return loaded(new Map())
      },
    })
    await startFresh()
    await until(() => coherence.health().feed === 'notify')
    let isOpen = true
    const found = Promise.resolve(coherence.find('a')).finally(() => {
      isOpen = false
    })

    setTimeout(answer.resolve, 30)
    await coherence.close()
    const wasOpen = isOpen
    const epoch = coherence.health().epoch
    database.step()
    await sleep(100)

    expect(wasOpen).toBe(false)
    expect(database.listeners()).toBe(0)
    expect(coherence.health().epoch).toBe(epoch)
    await found
  })
})
