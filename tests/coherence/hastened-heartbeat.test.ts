import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { Heartbeat } from '../../src/coherence/heartbeat.js'
import { countReads, startHeartbeat } from './running-heartbeat.js'
import { until } from './until.js'

const SELDOM_MS = 600_000

describe('a heartbeat that is wanted at once', () => {
  test('does not wait for its turn', async () => {
    const { heartbeat, outcomes } = startHeartbeat({ pauseMs: SELDOM_MS })
    await until(() => outcomes.length === 1)

    heartbeat.hasten()
    await until(() => outcomes.length === 2)

    expect(outcomes).toEqual([undefined, undefined])
  })

  test('while another is on its way follows that one', async () => {
    const { reads, readEpoch } = countReads(() => 20)
    const { heartbeat, outcomes } = startHeartbeat({ readEpoch, pauseMs: SELDOM_MS })

    heartbeat.hasten()
    await until(() => outcomes.length === 2)

    expect(reads).toMatchObject({ begun: 2, mostOpen: 1 })
  })

  test('is one: the one after it waits for its turn again', async () => {
    const { reads, readEpoch } = countReads(() => 0)
    const { heartbeat, outcomes } = startHeartbeat({ readEpoch, pauseMs: SELDOM_MS })

    heartbeat.hasten()
    await until(() => outcomes.length === 2)
    await sleep(150)

    expect(reads.begun).toBe(2)
  })
})

const floods: [string, (ask: Heartbeat['hasten']) => Promise<void>][] = [
  [
    'in one burst',
    async (ask) => {
      for (let n = 0; n < 10_000; n += 1) ask()
      await sleep(300)
    },
  ],
  [
    'one by one',
    async (ask) => {
      for (let n = 0; n < 10_000; n += 1) {
        ask()
        await nextTurn()
      }
      await sleep(100)
    },
  ],
  [
    'for as long as the flood lasts',
    async (ask) => {
      const end = performance.now() + 400
      while (performance.now() < end) {
        ask()
        await nextTurn()
      }
    },
  ],
]

test.each(floods)('10,000 wishes, %s, are few heartbeats, and not none', async (_, flood) => {
  const { reads, readEpoch } = countReads(() => 0)
  const { heartbeat, outcomes } = startHeartbeat({ readEpoch, pauseMs: SELDOM_MS })
  await until(() => outcomes.length === 1)
  const begin = performance.now()

  await flood(heartbeat.hasten)

  // One every 50 ms, the first of all, and one for a timer that fires a little early.
  const most = 2 + (performance.now() - begin) / 45
  expect(reads.begun).toBeLessThanOrEqual(most)
  expect(reads.begun).toBeGreaterThan(1)
})
