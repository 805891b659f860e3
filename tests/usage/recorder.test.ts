import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { keyRecord } from '../coherence/key-record.js'
import { recordedUses } from './recorded-uses.js'

const MINUTE_MS = 60_000
const NOON_MS = Date.UTC(2026, 10, 23, 12)

describe('a use', () => {
  test('is noted at once, and written with the next flush', async () => {
    const { recorder, written } = recordedUses()

    const returned = recorder.admitted(keyRecord('a'), NOON_MS)
    const writtenAtOnce = written.length
    await recorder.flush()

    expect(returned).toBeUndefined()
    expect(writtenAtOnce).toBe(0)
    expect(written).toEqual([[['a', NOON_MS]]])
  })

  test('is written without being asked for, a while later', async () => {
    const { recorder, written } = recordedUses({ flushMs: 10 })

    recorder.admitted(keyRecord('a'), NOON_MS)
    await sleep(200)

    expect(written).toEqual([[['a', NOON_MS]]])
  })

  test('that is the first of a successor is written soon, for a grace may begin with it', async () => {
    const { recorder, written } = recordedUses()
    const record = keyRecord('successor')
    const apiKey = { ...record.principal.apiKey, rotatedFromId: 'old' }
    recorder.admitted(keyRecord('another'), NOON_MS)

    recorder.admitted({ ...record, principal: { ...record.principal, apiKey } }, NOON_MS)
    await sleep(500)

    expect(written).toEqual([
      [
        ['another', NOON_MS],
        ['successor', NOON_MS],
      ],
    ])
  })

  test.each([
    [0, false],
    [MINUTE_MS - 1, false],
    [MINUTE_MS, true],
    [10 * MINUTE_MS, true],
    [-10 * MINUTE_MS, false],
  ])('%i ms after the last one that was noted is noted: %s', async (ms, noted) => {
    const { recorder, written } = recordedUses()
    const record = keyRecord('a')
    recorder.admitted(record, NOON_MS)
    await recorder.flush()

    recorder.admitted(record, NOON_MS + ms)
    await recorder.flush()

    expect(written).toHaveLength(noted ? 2 : 1)
  })

  test.each([
    [MINUTE_MS - 1, 0],
    [MINUTE_MS, 1],
  ])('%i ms after the one that the database knows is written %i times', async (ms, times) => {
    const { recorder, written } = recordedUses()

    recorder.admitted(keyRecord('a', { lastUsedMs: NOON_MS }), NOON_MS + ms)
    await recorder.flush()

    expect(written).toHaveLength(times)
  })

  test('of a record that was loaded again counts as of the same key, and the later time is written', async () => {
    const { recorder, written } = recordedUses()

    for (const atMs of [NOON_MS, NOON_MS + 5, NOON_MS + 3]) recorder.admitted(keyRecord('a'), atMs)
    await recorder.flush()

    expect(written).toEqual([[['a', NOON_MS + 5]]])
  })
})

describe('a flush', () => {
  test('is one write for a few thousand keys, however often they were used', async () => {
    const { recorder, written } = recordedUses()
    const records = Array.from({ length: 1_000 }, (_, n) => keyRecord(`key ${n}`))

    for (let use = 0; use < 10; use += 1)
      for (const record of records) recorder.admitted(record, NOON_MS + use)
    await recorder.flush()

    expect(written).toHaveLength(1)
    expect(written[0]).toHaveLength(1_000)
  })

  test('of nothing writes nothing', async () => {
    const { recorder, written } = recordedUses()

    await recorder.flush()
    recorder.admitted(keyRecord('a'), NOON_MS)
    await recorder.flush()
    await recorder.flush()

    expect(written).toHaveLength(1)
  })

  test('loses no use that comes while it is under way', async () => {
    const { recorder, written, hold } = recordedUses()
    const release = hold()
    recorder.admitted(keyRecord('a'), NOON_MS)
    const flushing = recorder.flush()

    recorder.admitted(keyRecord('a'), NOON_MS + 1)
    recorder.admitted(keyRecord('b'), NOON_MS + 2)
    release()
    await flushing
    await recorder.flush()

    expect(written).toEqual([
      [['a', NOON_MS]],
      [
        ['a', NOON_MS + 1],
        ['b', NOON_MS + 2],
      ],
    ])
  })
})
