import { describe, expect, test } from '@jest/globals'
import { NeedsMending } from '../../src/epoch.js'
import { Refusal, type RefusalReason } from '../../src/errors.js'
import { refusedEvent } from '../../src/events.js'
import { createWarnUnavailable } from '../../src/keyring/warn-unavailable.js'
import { settableClock } from '../coherence/settable-clock.js'

const MINUTE_MS = 60_000

function listen() {
  const clock = settableClock()
  const said: string[] = []
  const observe = createWarnUnavailable(clock, (sentence) => said.push(sentence))
  const refuse = (reason: RefusalReason, cause?: unknown) =>
    observe(refusedEvent(new Refusal(reason, { apiKeyId: 'key-1', keyPrefix: 'ak_8fK2' }, cause)))
  return { clock, said, observe, refuse }
}

const unreachable = Object.assign(new Error("can't reach db.internal:5432 as admin"), { code: 'P1001' })

describe('without an observer, the log', () => {
  test.each<[reason: RefusalReason, cause: unknown, sentence: string]>([
    [
      'store_failed',
      unreachable,
      'for the database cannot be reached (P1001): see that it runs, and that its URL is right.',
    ],
    [
      'store_failed',
      new TypeError('db.internal'),
      'for the database failed (TypeError): run "npx express-api-keys doctor"',
    ],
    [
      'store_failed',
      Object.assign(new Error('x'), { code: '42P01' }),
      'for the tables are missing, or older than this package (42P01): run "npx express-api-keys doctor" to see what to do.',
    ],
    [
      'store_failed',
      new NeedsMending('a table is gone', 'make it'),
      'for a table is gone; to mend it, make it.',
    ],
    [
      'store_failed',
      Object.assign(new Error('x'), { code: 'db.internal' }),
      'for the database failed (Error): ',
    ],
    ['store_failed', 'db.internal', 'for the database failed (no error code): '],
    ['store_timeout', undefined, 'for the database did not answer in time.'],
    ['corrupt_record', undefined, 'for the row of API key key-1 is corrupt:'],
    ['keyring_closed', undefined, 'for the keyring is closed:'],
  ])('tells of %s at once, without what its cause says', (reason, cause, sentence) => {
    const { said, refuse } = listen()

    refuse(reason, cause)

    expect(said).toEqual([expect.stringContaining(`Requests are answered with 503, ${sentence}`)])
    expect(said.join()).not.toContain('db.internal')
  })

  test('repeats it after a minute at the earliest, with a count', () => {
    const { clock, said, refuse } = listen()
    const refuseFor = (ms: number) => {
      for (let passed = 0; passed < ms; passed += 100) {
        refuse('store_failed', unreachable)
        clock.pass(100)
      }
    }

    refuseFor(3 * MINUTE_MS)

    expect(said).toHaveLength(3)
    expect(said[0]).not.toContain('times since')
    expect(said[1]).toContain('(600 times since this was said last)')
    expect(said[2]).toContain('(600 times since this was said last)')
  })

  test('tells of another kind of trouble in between', () => {
    const { said, refuse } = listen()

    refuse('store_failed', unreachable)
    refuse('corrupt_record')
    refuse('store_failed', unreachable)

    expect(said).toHaveLength(2)
  })

  test('is silent about requests that clients got wrong', () => {
    const { said, observe, refuse } = listen()

    for (const reason of ['absent', 'malformed', 'unknown', 'revoked', 'scope_missing'] as const)
      refuse(reason)
    observe({ type: 'lease_regained' })

    expect(said).toEqual([])
  })

  test('says once that a user is of another tenant, for the option may be wrong', () => {
    const { clock, said, refuse } = listen()

    refuse('owner_moved')
    clock.pass(10 * MINUTE_MS)
    refuse('owner_moved')

    expect(said).toEqual([expect.stringMatching(/^A key is refused with 401, for its user .*"tenantOfUser"/)])
  })
})
