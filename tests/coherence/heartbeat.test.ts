import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { reading } from './positions.js'
import { countReads, startHeartbeat } from './running-heartbeat.js'
import { until } from './until.js'

describe('a heartbeat', () => {
  test('is sent at once, and renews the lease', async () => {
    const { lease, outcomes } = startHeartbeat()

    await until(() => outcomes.length === 1)

    expect(lease.isFresh()).toBe(true)
    expect(outcomes).toEqual([undefined])
  })

  test('is sent only when the one before is answered, however often one is asked for', async () => {
    const { reads, readEpoch } = countReads((n) => (n % 3) * 10)
    const { heartbeat } = startHeartbeat({ readEpoch })

    while (reads.begun < 12) {
      heartbeat.hasten()
      await sleep(1)
    }

    expect(reads.mostOpen).toBe(1)
  })

  test('that hangs is given up after its time-out, and the next one renews the lease', async () => {
    const answers = [new Promise<never>(() => {})]
    const readEpoch = () => answers.pop() ?? Promise.resolve(reading(1))
    const { lease, outcomes } = startHeartbeat({ readEpoch, timeoutMs: 20 })

    await until(() => outcomes.length === 2)

    expect(outcomes).toEqual([expect.objectContaining({ reason: 'store_timeout' }), undefined])
    expect(lease.isFresh()).toBe(true)
  })

  test('that was given up renews nothing when its reply comes after all', async () => {
    const { readEpoch } = countReads(() => 60)
    const { lease, outcomes } = startHeartbeat({ readEpoch, timeoutMs: 10 })

    await until(() => outcomes.length === 10)

    expect(lease.isFresh()).toBe(false)
    expect(lease.position()).toBeNull()
  })

  test('that fails tells its error, renews nothing, and is followed by another', async () => {
    const [first, second] = [new Error('first'), new Error('second')]
    const failures = [first, second]
    const readEpoch = async () => {
      const failure = failures.shift()
      if (failure !== undefined) throw failure
      return reading(1)
    }
    const { lease, outcomes } = startHeartbeat({ readEpoch })

    await until(() => outcomes.length >= 2)
    const freshAfterFailures = outcomes.length === 2 && lease.isFresh()
    await until(() => outcomes.length >= 3)

    expect(freshAfterFailures).toBe(false)
    expect(outcomes.slice(0, 3)).toEqual([first, second, undefined])
    expect(lease.isFresh()).toBe(true)
  })

  test('waits as long as it is told to', async () => {
    const { reads, readEpoch } = countReads(() => 0)
    startHeartbeat({ readEpoch, pauseMs: 600_000 })

    await sleep(150)

    expect(reads.begun).toBe(1)
  })

  test('is not sent any more once they are stopped, also when one is on its way', async () => {
    const { reads, readEpoch } = countReads(() => 20)
    const { heartbeat } = startHeartbeat({ readEpoch })

    heartbeat.stop()
    heartbeat.hasten()
    await sleep(150)

    expect(reads.begun).toBe(1)
  })
})
