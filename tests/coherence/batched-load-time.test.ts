import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { controlledLoad } from './controlled-load.js'
import { keyRecord } from './key-record.js'
import { type SettableClock, settableClock } from './settable-clock.js'
import { until } from './until.js'

const timedOut = { reason: 'store_timeout' }

describe('a question that is never answered', () => {
  test('is given up by all who asked when their budget is spent', async () => {
    const { load, hold, questions } = controlledLoad({ queryTimeoutMs: 30 })
    hold()

    const outcomes = await Promise.allSettled([load('a'), load('a'), load('b')])

    expect(outcomes).toMatchObject(Array(3).fill({ status: 'rejected', reason: timedOut }))
    expect(questions).toHaveLength(1)
  })

  test('holds up nobody who asks after that', async () => {
    const { load, questions } = controlledLoad({
      queryTimeoutMs: 100,
      loadKeys: (hashes) =>
        questions.length === 1
          ? new Promise(() => {})
          : Promise.resolve(new Map(hashes.map((hash) => [hash, keyRecord(hash)]))),
    })

    await expect(load('a')).rejects.toMatchObject(timedOut)
    const next = await load('a')

    expect(next?.principal.apiKey.id).toBe('a')
    expect(questions).toEqual([['a'], ['a']])
  })

  test('leaves no rejection unhandled when it fails after all', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', note)
    const { load } = controlledLoad({
      queryTimeoutMs: 10,
      async loadKeys() {
        await sleep(40)
        throw new Error('the connection ended')
      },
    })

    await expect(load('a')).rejects.toMatchObject(timedOut)
    await sleep(60)

    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
})

describe('a record', () => {
  test('is judged at the time of the database when its answer has arrived, not when it was given', async () => {
    const clock = settableClock()
    const { loadFound } = controlledLoad({
      clock,
      async loadKeys(hashes) {
        clock.pass(700)
        return new Map(hashes.map((hash) => [hash, keyRecord(hash)]))
      },
      databaseMs: Date.UTC(2030, 0, 1),
    })

    expect((await loadFound('a')).nowMs).toBe(Date.UTC(2030, 0, 1) + 700)
  })
})

describe('an answer that comes when the budget is spent, before any timer could ring', () => {
  test.each<[string, (clock: SettableClock) => void]>([
    ['because the process was stopped', (clock) => clock.pass(30_000)],
    ['because the machine slept', (clock) => clock.sleep(30_000)],
  ])('is handed to nobody, and not kept (%s)', async (_, happen) => {
    const clock = settableClock()
    const { load, hold, answerAll, questions, kept } = controlledLoad({ clock, queryTimeoutMs: 5_000 })
    hold()
    const asked = load('a')
    await until(() => questions.length === 1)

    happen(clock)
    answerAll()

    await expect(asked).rejects.toMatchObject(timedOut)
    expect(kept).toEqual([])
  })

  test('is the last that is: one just in time is handed out', async () => {
    const clock = settableClock()
    const { load, hold, answerAll, questions } = controlledLoad({ clock, queryTimeoutMs: 5_000 })
    hold()
    const asked = load('a')
    await until(() => questions.length === 1)

    clock.pass(4_999)
    answerAll()

    expect((await asked)?.principal.apiKey.id).toBe('a')
  })
})

test('who gave up while waiting for a turn is not asked for any more, so nothing piles up', async () => {
  const { load, hold, answerAll, questions } = controlledLoad({ queryTimeoutMs: 250 })
  hold()
  const open = [load('a')]
  await until(() => questions.length === 1)
  open.push(load('b'))
  await until(() => questions.length === 2)

  const impatient = Array.from({ length: 2_000 }, (_, n) => load(`impatient ${n}`))
  await Promise.allSettled([...open, ...impatient])
  answerAll()
  const late = await load('late')

  expect(late?.principal.apiKey.id).toBe('late')
  expect(questions.slice(2).map((hashes) => hashes.length)).toEqual([1])
})
