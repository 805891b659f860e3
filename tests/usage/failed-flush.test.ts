import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { keyRecord } from '../coherence/key-record.js'
import { recordedUses } from './recorded-uses.js'

const NOON_MS = Date.UTC(2026, 10, 23, 12)

describe('a flush that fails', () => {
  test('throws nothing, is told to the observer, and is made up for by the next', async () => {
    const { recorder, written, events, fail } = recordedUses()
    const cause = new Error('the database is away')
    fail(cause)
    recorder.admitted(keyRecord('a'), NOON_MS)
    recorder.admitted(keyRecord('b'), NOON_MS)

    await recorder.flush()
    const writtenBefore = written.length
    await recorder.flush()

    expect(events).toEqual([{ type: 'usage_flush_failed', keys: 2, cause }])
    expect(writtenBefore).toBe(0)
    expect(written).toEqual([
      [
        ['a', NOON_MS],
        ['b', NOON_MS],
      ],
    ])
  })

  test('is tried again without being asked for', async () => {
    const { recorder, written, fail } = recordedUses({ flushMs: 10 })
    fail(new Error('first'), new Error('second'))
    recorder.admitted(keyRecord('a'), NOON_MS)

    await sleep(300)

    expect(written).toEqual([[['a', NOON_MS]]])
  })

  test('is tried twice at most for all who ask meanwhile', async () => {
    const { recorder, events, fail, hold } = recordedUses()
    fail(...Array.from({ length: 20 }, () => new Error('the database is away')))
    const release = hold()
    recorder.admitted(keyRecord('a'), NOON_MS)

    const flushes = Array.from({ length: 15 }, () => recorder.flush())
    release()
    await Promise.all(flushes)

    expect(events.map(({ type }) => type)).toEqual(['usage_flush_failed', 'usage_flush_failed'])
  })

  test('is merged with the uses that came meanwhile, and the later times win', async () => {
    const { recorder, written, fail, hold } = recordedUses()
    fail(new Error('the database is away'))
    const release = hold()
    recorder.admitted(keyRecord('a'), NOON_MS)
    recorder.admitted(keyRecord('b'), NOON_MS + 9)
    const failing = recorder.flush()

    recorder.admitted(keyRecord('a'), NOON_MS + 5)
    recorder.admitted(keyRecord('b'), NOON_MS + 5)
    release()
    await failing
    await recorder.flush()

    expect(new Map(written[0])).toEqual(
      new Map([
        ['a', NOON_MS + 5],
        ['b', NOON_MS + 9],
      ]),
    )
  })

  test('over and over keeps 100,000 keys at most', async () => {
    const { recorder, written, fail } = recordedUses()
    fail(new Error('first'), new Error('second'))
    for (let n = 0; n < 70_000; n += 1) recorder.admitted(keyRecord(`early ${n}`), NOON_MS)
    await recorder.flush()
    for (let n = 0; n < 70_000; n += 1) recorder.admitted(keyRecord(`late ${n}`), NOON_MS)
    await recorder.flush()

    await recorder.flush()

    expect(written.flat()).toHaveLength(100_000)
  })
})
