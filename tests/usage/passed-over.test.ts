import { describe, expect, test } from '@jest/globals'
import { keyRecord } from '../coherence/key-record.js'
import { recordedUses } from './recorded-uses.js'

const NOON_MS = Date.UTC(2026, 10, 23, 12)

describe('keys that a flush passes over', () => {
  test('are written by the next one, with the later time', async () => {
    const { recorder, written, passOver } = recordedUses()
    passOver('held')
    recorder.admitted(keyRecord('held'), NOON_MS)
    recorder.admitted(keyRecord('free'), NOON_MS)
    await recorder.flush()
    passOver()
    recorder.admitted(keyRecord('held'), NOON_MS + 5)

    await recorder.flush()

    expect(written).toEqual([[['free', NOON_MS]], [['held', NOON_MS + 5]]])
  })

  test('are tried again without being asked for, and are no failure', async () => {
    const { recorder, written, events, passOver } = recordedUses({ flushMs: 20 })
    passOver('held')
    recorder.admitted(keyRecord('held'), NOON_MS)
    await recorder.flush()
    passOver()

    for (let tries = 0; tries < 100 && written.flat().length === 0; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }

    expect(written.flat()).toEqual([['held', NOON_MS]])
    expect(events).toEqual([])
  })

  test('are tried some times more when the recorder closes, then let go', async () => {
    const { recorder, written, passOver } = recordedUses()
    passOver('held', 'for ever')
    recorder.admitted(keyRecord('held'), NOON_MS)
    recorder.admitted(keyRecord('for ever'), NOON_MS)
    setTimeout(() => passOver('for ever'), 150)

    await recorder.close()

    expect(written.flat()).toEqual([['held', NOON_MS]])
  })
})
