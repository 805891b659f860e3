import { describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import { Refusal } from '../src/errors.js'
import { contained, refusedEvent } from '../src/events.js'

const event: ApiKeyEvent = refusedEvent(new Refusal('revoked', { apiKeyId: 'key', keyPrefix: 'ak_8fK2' }))

/** Node reports a rejection that nobody handles after the microtasks; the test runner then fails the test. */
const untilReported = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('an observer', () => {
  test.each<[harm: string, onEvent: () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('broken observer')
      },
    ],
    [
      'throws what is no error',
      () => {
        throw undefined
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken observer'))],
    [
      'rejects later',
      async () => {
        await new Promise(setImmediate)
        throw new Error('broken observer')
      },
    ],
    ['returns a promise that never settles', () => new Promise(() => {})],
    [
      'returns a promise of another library, which throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: what other libraries return
        then() {
          throw new Error('broken observer')
        },
      }),
    ],
    [
      'returns a promise of another library, which rejects',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: what other libraries return
        then(_resolve: unknown, reject: (error: Error) => void) {
          reject(new Error('broken observer'))
        },
      }),
    ],
    [
      'returns a thenable that hands on a promise, which rejects',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: what other libraries return
        then: (resolve: (later: unknown) => void) => resolve(Promise.reject(new Error('broken observer'))),
      }),
    ],
    [
      'returns what throws when it is asked for "then"',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: the worst that an object can do
        get then() {
          throw new Error('broken observer')
        },
      }),
    ],
    [
      'returns a function that can be waited for, and rejects',
      () =>
        Object.assign(() => {}, {
          // biome-ignore lint/suspicious/noThenProperty: what other libraries return
          then: (_resolve: unknown, reject: (error: Error) => void) => reject(new Error('broken observer')),
        }),
    ],
    ['returns a refusal', () => new Refusal('revoked')],
  ])('that %s harms nobody', async (_, onEvent) => {
    const heard: ApiKeyEvent[] = []
    const observe = contained((received) => {
      heard.push(received)
      return onEvent()
    })

    expect(observe(event)).toBeUndefined()

    await untilReported()
    expect(heard).toEqual([event])
  })

  test('is told at once, in the order of events', () => {
    const heard: unknown[] = []
    const observe = contained(({ type }) => heard.push(type))

    observe(event)
    observe({ type: 'lease_regained' })

    expect(heard).toEqual(['refused', 'lease_regained'])
  })

  test('that returns a query which runs when it is waited for has it run', async () => {
    let isRun = false
    // biome-ignore lint/suspicious/noThenProperty: as a query of Prisma's, without an await before it
    const observe = contained(() => ({ then: () => (isRun = true) }))

    observe(event)
    await untilReported()

    expect(isRun).toBe(true)
  })

  test('that failed hears the next event all the same', () => {
    let heard = 0
    const observe = contained(() => {
      heard += 1
      throw new Error('broken observer')
    })

    observe(event)
    observe(event)

    expect(heard).toBe(2)
  })
})

describe('the event of a refusal', () => {
  test('tells the true reason and what is known', () => {
    expect(event).toEqual({
      type: 'refused',
      code: 'invalid_api_key',
      reason: 'revoked',
      apiKeyId: 'key',
      keyPrefix: 'ak_8fK2',
    })
  })

  test('carries the cause when there was one', () => {
    const cause = new Error('ECONNREFUSED')

    expect(refusedEvent(new Refusal('store_failed', {}, cause))).toEqual({
      type: 'refused',
      code: 'store_unavailable',
      reason: 'store_failed',
      cause,
    })
  })
})
