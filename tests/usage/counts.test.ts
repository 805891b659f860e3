import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { keyRecord } from '../coherence/key-record.js'
import { recordedUses } from './recorded-uses.js'

const NOON_MS = Date.UTC(2026, 10, 23, 12)
const HALF_A_DAY_MS = 43_200_000

describe('requests', () => {
  test('are counted, those that were refused too', async () => {
    const { recorder, counted } = recordedUses()

    for (let n = 0; n < 5; n += 1) recorder.admitted(keyRecord('a'), NOON_MS + n)
    recorder.refused('a', NOON_MS + 9)
    recorder.refusedAfterwards('a', NOON_MS + 9)
    recorder.refused('b', NOON_MS)
    await recorder.flush()

    expect(counted).toEqual(['a 2026-11-23: 6, 2 refused', 'b 2026-11-23: 1, 1 refused'])
  })

  test('are counted on the day on which they came, in UTC', async () => {
    const { recorder, counted } = recordedUses()

    recorder.admitted(keyRecord('a'), NOON_MS + HALF_A_DAY_MS - 1)
    recorder.admitted(keyRecord('a'), NOON_MS + HALF_A_DAY_MS)
    await recorder.flush()

    expect(counted).toEqual(['a 2026-11-23: 1, 0 refused', 'a 2026-11-24: 1, 0 refused'])
  })

  test('within a minute of the last use wait for it to be over', async () => {
    const { recorder, counted, written } = recordedUses({ flushMs: 10, resolutionMs: 200 })
    const record = keyRecord('a')
    recorder.admitted(record, NOON_MS)
    await sleep(100)

    recorder.admitted(record, NOON_MS + 1)
    await sleep(50)
    const countedSoon = [...counted]
    await sleep(300)

    expect(countedSoon).toEqual(['a 2026-11-23: 1, 0 refused'])
    expect(counted).toEqual(['a 2026-11-23: 1, 0 refused', 'a 2026-11-23: 1, 0 refused'])
    expect(written).toEqual([[['a', NOON_MS]]])
  })

  test('of a flush that fails are counted by the next one, once', async () => {
    const { recorder, counted, fail } = recordedUses()
    fail(new Error('the database is away'))
    recorder.admitted(keyRecord('a'), NOON_MS)

    await recorder.flush()
    recorder.admitted(keyRecord('a'), NOON_MS)
    await recorder.flush()
    await recorder.flush()

    expect(counted).toEqual(['a 2026-11-23: 2, 0 refused'])
  })

  test('of thousands of keys are counted once, although a part of the flush fails', async () => {
    const { recorder, counted, events, failAfter } = recordedUses()
    failAfter(1, new Error('the database is away'))
    for (let n = 0; n < 7_000; n += 1) recorder.admitted(keyRecord(`key ${n}`), NOON_MS)

    await recorder.flush()
    const countedFirst = counted.length
    await recorder.flush()

    expect(countedFirst).toBe(3_000)
    expect(events).toEqual([expect.objectContaining({ type: 'usage_flush_failed', keys: 4_000 })])
    expect(new Set(counted).size).toBe(7_000)
    expect(counted).toHaveLength(7_000)
  })
})
