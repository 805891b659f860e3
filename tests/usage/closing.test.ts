import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { createUsageRecorder } from '../../src/usage/recorder.js'
import { keyRecord } from '../coherence/key-record.js'
import { recordedUses } from './recorded-uses.js'

const NOON_MS = Date.UTC(2026, 10, 23, 12)

describe('closing', () => {
  test('writes what was noted, and nothing after', async () => {
    const { recorder, written } = recordedUses({ flushMs: 10 })
    recorder.admitted(keyRecord('a'), NOON_MS)

    await recorder.close()
    const writtenByClosing = written.length
    await sleep(100)

    expect(writtenByClosing).toBe(1)
    expect(written).toHaveLength(1)
  })

  test('waits for a flush that is under way', async () => {
    const { recorder, written, hold } = recordedUses()
    const release = hold()
    recorder.admitted(keyRecord('a'), NOON_MS)
    const flushing = recorder.flush()

    setTimeout(release, 30)
    await recorder.close()

    expect(written).toEqual([[['a', NOON_MS]]])
    await flushing
  })

  test('makes up for a flush under way that fails', async () => {
    const { recorder, written, hold, fail } = recordedUses()
    fail(new Error('the database was away for a moment'))
    const release = hold()
    recorder.admitted(keyRecord('a'), NOON_MS)
    const flushing = recorder.flush()

    setTimeout(release, 30)
    await recorder.close()

    expect(written).toEqual([[['a', NOON_MS]]])
    await flushing
  })

  test('while the database is away ends, tries once, and does not try again', async () => {
    const tries: number[] = []
    const recorder = createUsageRecorder({
      flushMs: 10,
      resolutionMs: 60_000,
      observe: () => {},
      async write(uses) {
        tries.push(uses.size)
        throw new Error('the database is away')
      },
    })
    recorder.admitted(keyRecord('a'), NOON_MS)

    await recorder.close()
    await sleep(100)

    expect(tries).toEqual([1])
  })
})

test('a flush belongs to no request, although a request was what set it off', async () => {
  const request = new AsyncLocalStorage<string>()
  const contexts: (string | undefined)[] = []
  const recorder = createUsageRecorder({
    flushMs: 10,
    resolutionMs: 60_000,
    observe: () => {},
    async write() {
      contexts.push(request.getStore())
      return { left: new Map() }
    },
  })

  request.run('first caller', () => recorder.admitted(keyRecord('a'), NOON_MS))
  await sleep(200)

  expect(contexts).toEqual([undefined])
})
