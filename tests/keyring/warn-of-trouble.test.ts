import { describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from '../../src/events.js'
import { warnOfTrouble } from '../../src/keyring/warn-of-trouble.js'

function saidOf(...events: readonly ApiKeyEvent[]): readonly string[] {
  const said: string[] = []
  const observe = warnOfTrouble((sentence) => said.push(sentence))
  for (const event of events) observe(event)
  return said
}

const lost = (counters: 'rates' | 'quotas'): ApiKeyEvent => ({
  type: 'counters_lost',
  counters,
  cause: new Error('connect ECONNREFUSED redis.internal:6379'),
})

describe('without an observer, a person is told', () => {
  test.each<[event: ApiKeyEvent, sentence: string]>([
    [
      { type: 'feed_changed', feed: 'none', why: 'a table is missing', mend: 'run the migrations' },
      'No answer of the database can be kept: a table is missing. To mend it, run the migrations.',
    ],
    [
      { type: 'feed_changed', feed: 'poll', why: 'NOTIFY does not arrive', mend: 'connect directly' },
      'Changes are found by polling, not announced: NOTIFY does not arrive. To mend it, connect directly.',
    ],
    [
      lost('rates'),
      'The counters of rate limits do not answer: see that they run. Until then "onCountersLost.rates" holds. Pass "onEvent" to hear each time with its cause.',
    ],
    [
      lost('quotas'),
      'The counters of quotas do not answer: see that they run. Until then "onCountersLost.quotas" holds. Pass "onEvent" to hear each time with its cause.',
    ],
    [
      { type: 'unknown_scopes', scopes: ['audit:*', 'audit:read'] },
      'Keys hold scopes that defineScopes() does not name: "audit:*", "audit:read". Name them there, or update these keys.',
    ],
  ])('once of %j', (event, sentence) => {
    expect(saidOf(event, event)).toEqual([sentence])
  })

  test('of each thing that is wrong, also of several in turn', () => {
    const without = (why: string): ApiKeyEvent => ({
      type: 'feed_changed',
      feed: 'none',
      why,
      mend: 'make it',
    })

    const said = saidOf(
      without('a table is missing'),
      lost('rates'),
      without('a trigger is missing'),
      without('a table is missing'),
      lost('quotas'),
    )

    expect(said).toEqual([
      expect.stringContaining('a table is missing'),
      expect.stringContaining('rate limits'),
      expect.stringContaining('a trigger is missing'),
      expect.stringContaining('quotas'),
    ])
  })

  test.each<ApiKeyEvent>([
    { type: 'feed_changed', feed: 'poll', why: 'the listener was lost' },
    { type: 'feed_changed', feed: 'notify', why: 'changes are announced' },
    { type: 'lease_regained' },
    { type: 'counters_regained', counters: 'rates' },
  ])('nothing of %j, which wants nobody', (event) => {
    expect(saidOf(event)).toEqual([])
  })
})
