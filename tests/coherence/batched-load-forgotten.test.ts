import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { deferred } from '../../src/deferred.js'
import type { Refusal } from '../../src/errors.js'
import { controlledLoad } from './controlled-load.js'
import { until } from './until.js'

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
    const { load, forget, hold, answerAll, questions } = controlledLoad({ queryTimeoutMs: 400 })
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
    const { load, settled, hold } = controlledLoad({ queryTimeoutMs: 40 })
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
      async loadKeys() {
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
