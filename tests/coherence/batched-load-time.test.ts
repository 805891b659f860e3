import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { deferred } from '../../src/deferred.js'
import type { Refusal } from '../../src/errors.js'
import { controlledLoad } from './controlled-load.js'
import { keyRecord } from './key-record.js'
import { type SettableClock, settableClock } from './settable-clock.js'
import { until } from './until.js'

const timedOut = { reason: 'store_timeout' }

describe('a question that is never answered', () => {
  test('is given up by all who asked when their budget is spent', async () => {
    const { load, hold, questions } = controlledLoad({ budgetMs: 30 })
    hold()

    const outcomes = await Promise.allSettled([load('a'), load('a'), load('b')])

    expect(outcomes).toMatchObject(Array(3).fill({ status: 'rejected', reason: timedOut }))
    expect(questions).toHaveLength(1)
  })

  test('holds up nobody who asks after that', async () => {
    const { load, questions } = controlledLoad({
      budgetMs: 100,
      loadMany: (hashes) =>
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
      budgetMs: 10,
      async loadMany() {
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

describe('an answer that comes when the budget is spent, before any timer could ring', () => {
  test.each<[string, (clock: SettableClock) => void]>([
    ['because the process was stopped', (clock) => clock.pass(30_000)],
    ['because the machine slept', (clock) => clock.sleep(30_000)],
  ])('is handed to nobody, and not kept (%s)', async (_, happen) => {
    const clock = settableClock()
    const { load, hold, answerAll, questions, kept } = controlledLoad({ clock, budgetMs: 5_000 })
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
    const { load, hold, answerAll, questions } = controlledLoad({ clock, budgetMs: 5_000 })
    hold()
    const asked = load('a')
    await until(() => questions.length === 1)

    clock.pass(4_999)
    answerAll()

    expect((await asked)?.principal.apiKey.id).toBe('a')
  })
})

test('who gave up while waiting for a turn is not asked for any more, so nothing piles up', async () => {
  const { load, hold, answerAll, questions } = controlledLoad({ budgetMs: 250 })
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

describe('an answer that something was forgotten after', () => {
  test('goes to those who asked before, and whoever asks after gets a new one', async () => {
    const { load, forget, hold, answerAll, questions } = controlledLoad()
    hold()

    const before = load('a')
    await until(() => questions.length === 1)
    forget()
    const [after, alsoAfter] = [load('a'), load('a')]
    await until(() => questions.length === 2)
    answerAll()

    expect(await after).not.toBe(await before)
    expect(await alsoAfter).toBe(await after)
    expect(questions).toEqual([['a'], ['a']])
  })

  test('does not end the sharing of the newer question when it comes in first', async () => {
    const { load, forget, hold, answerAll, questions } = controlledLoad({ budgetMs: 400 })
    hold()
    const before = load('a')
    await until(() => questions.length === 1)
    await sleep(200)
    forget()
    const after = load('a')
    await until(() => questions.length === 2)

    await before.catch((error: Refusal) => error)
    const shared = load('a')
    answerAll()

    expect(await shared).toBe(await after)
    expect(questions).toHaveLength(2)
  })
})

describe('settled', () => {
  test('waits for what was asked, answered or not', async () => {
    const { load, settled, hold } = controlledLoad({ budgetMs: 40 })
    hold()
    let outcome: string | undefined
    load('a').catch((error: Refusal) => {
      outcome = error.reason
    })

    await settled()

    expect(outcome).toBe('store_timeout')
  })

  test('waits also for a question that a newer one took the place of', async () => {
    const slow = deferred<void>()
    const { load, settled, forget, questions } = controlledLoad({
      async loadMany() {
        if (questions.length === 1) await slow.promise
        return new Map()
      },
    })
    let isOpen = true
    const before = load('a').finally(() => {
      isOpen = false
    })
    await until(() => questions.length === 1)
    forget()
    await load('a')

    setTimeout(slow.resolve, 20)
    await settled()

    expect(isOpen).toBe(false)
    await before
  })

  test('is at once when nothing was asked', async () => {
    const { settled } = controlledLoad()

    await expect(settled()).resolves.toEqual([])
  })
})
