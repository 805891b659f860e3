import { describe, expect, test } from '@jest/globals'
import { createUncached } from '../../src/coherence/uncached.js'
import { type Deferred, deferred } from '../../src/deferred.js'
import type { LoadedKeys } from '../../src/key/loaded-keys.js'
import { keyRecord } from './key-record.js'
import { loaded } from './loaded.js'
import { settableClock } from './settable-clock.js'
import { until } from './until.js'

/** Over a database that answers when the test says so. */
function open() {
  const questions: (readonly string[])[] = []
  const answers: Deferred<LoadedKeys>[] = []
  const coherence = createUncached({
    clock: settableClock(),
    queryTimeoutMs: 5_000,
    loadKeys(keyHashes) {
      questions.push(keyHashes)
      const answer = deferred<LoadedKeys>()
      answers.push(answer)
      return answer.promise
    },
  })
  const answer = (at: number, ...known: readonly string[]) =>
    answers[at]?.resolve(loaded(new Map(known.map((keyHash) => [keyHash, keyRecord(keyHash)]))))
  return { coherence, questions, answer, asked: (times: number) => until(() => questions.length === times) }
}

describe('without a cache', () => {
  test('each request asks the database, and gets what it answers', async () => {
    const { coherence, questions, answer, asked } = open()

    const first = coherence.find('a')
    await asked(1)
    answer(0, 'a')
    await first
    const second = coherence.find('a')
    await asked(2)
    answer(1)

    expect((await first).record?.principal.apiKey.id).toBe('a')
    expect((await second).record).toBeNull()
    expect(questions).toEqual([['a'], ['a']])
  })

  test('requests of one moment share a question', async () => {
    const { coherence, questions, answer, asked } = open()

    const finding = Promise.all(['a', 'b', 'a'].map((keyHash) => coherence.find(keyHash)))
    await asked(1)
    answer(0, 'a', 'b')

    expect((await finding).map(({ record }) => record?.principal.apiKey.id)).toEqual(['a', 'b', 'a'])
    expect(questions).toEqual([['a', 'b']])
  })

  test('nobody waits for a question that was asked before', async () => {
    const { coherence, questions, answer, asked } = open()
    const early = coherence.find('a')
    await asked(1)

    const late = coherence.find('a')
    await asked(2)
    answer(0, 'a')
    answer(1)

    expect([(await early).record === null, (await late).record === null]).toEqual([false, true])
    expect(questions).toHaveLength(2)
  })

  test('nobody who comes after a change of this process shares a question from before it', async () => {
    const { coherence, answer, asked } = open()
    const before = coherence.find('a')

    coherence.forget(['a'])
    const after = coherence.find('a')
    await asked(1)
    answer(0, 'a')
    await asked(1)

    expect(after).not.toBe(before)
  })

  test('nothing is kept, which health tells', async () => {
    const { coherence } = open()

    expect(coherence.findKept('a')).toBeNull()
    expect(coherence.health()).toEqual({
      ...{ lease: 'off', feed: 'off', why: 'cache: false', cachedKeys: 0, epoch: null },
    })
  })

  test('whether the database answers is asked for no key at all', async () => {
    const { coherence, questions, answer } = open()

    const asking = coherence.ask()
    answer(0)

    await expect(asking).resolves.toMatchObject({ unfit: null })
    expect(questions).toEqual([[]])
  })

  test('closing waits for who still asks', async () => {
    const { coherence, answer, asked } = open()
    let isClosed = false
    const finding = coherence.find('a')
    coherence.start()
    const closing = coherence.close().then(() => {
      isClosed = true
    })
    await asked(1)
    const early = isClosed

    answer(0, 'a')
    await Promise.all([finding, closing])

    expect([early, isClosed]).toEqual([false, true])
  })
})
