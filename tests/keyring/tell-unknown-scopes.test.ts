import { describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import { knownScopes } from '../../src/key/scope-definition.js'
import { tellUnknownScopes } from '../../src/keyring/tell-unknown-scopes.js'

describe('scopes that keys hold and nobody has defined', () => {
  const known = knownScopes(['orders:read'])
  const firstReading: ApiKeyEvent = { type: 'cache_flushed', why: 'first_reading', keys: 0 }
  const turnsOfLoop = () => new Promise(setImmediate)

  /** What an observer hears of events, and how often the database was asked. */
  async function hear(events: readonly ApiKeyEvent[], find: () => Promise<readonly string[]>) {
    const heard: ApiKeyEvent[] = []
    const asked: unknown[] = []
    const observe = tellUnknownScopes(
      known,
      (grantable) => {
        asked.push(grantable)
        return find()
      },
      (event) => heard.push(event),
    )
    for (const event of events) {
      observe(event)
      await turnsOfLoop()
    }
    return { heard, asked }
  }

  test('are asked for once, after the first reading, and told beside it', async () => {
    const { heard, asked } = await hear([firstReading, firstReading], async () => ['stock:read'])

    expect(heard).toEqual([firstReading, { type: 'unknown_scopes', scopes: ['stock:read'] }, firstReading])
    expect(asked).toEqual([known.grantable])
  })

  test.each<[string, ApiKeyEvent, () => Promise<readonly string[]>]>([
    ['there are none', firstReading, async () => []],
    ['the database fails', firstReading, () => Promise.reject(new Error('gone'))],
    [
      'the cache is flushed later',
      { type: 'cache_flushed', why: 'missed_change', keys: 0 },
      async () => ['stock:read'],
    ],
    ['something else is told', { type: 'lease_regained' }, async () => ['stock:read']],
  ])('are not told of where %s', async (_, event, find) => {
    expect((await hear([event], find)).heard).toEqual([event])
  })

  test('are nobody’s business where none are defined', () => {
    const observe = () => {}

    expect(tellUnknownScopes(undefined, async () => [], observe)).toBe(observe)
  })
})
