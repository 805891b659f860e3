import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { Refusal } from '../../src/errors.js'
import { controlledLoad } from './controlled-load.js'
import { keyRecord } from './key-record.js'
import { until } from './until.js'

describe('asking for a key', () => {
  test('10,000 times at once is one question', async () => {
    const { load, questions } = controlledLoad()

    const answers = await Promise.all(Array.from({ length: 10_000 }, () => load('a')))

    expect(questions).toEqual([['a']])
    expect(new Set(answers).size).toBe(1)
  })

  test('while it is being loaded is no other question', async () => {
    const { load, questions, answerAll, hold } = controlledLoad()
    hold()

    const first = load('a')
    await until(() => questions.length === 1)
    const second = load('a')
    answerAll()

    expect(await second).toBe(await first)
    expect(questions).toHaveLength(1)
  })

  test('again, once it was answered, is another question', async () => {
    const { load, questions } = controlledLoad()

    await load('a')
    await load('a')

    expect(questions).toEqual([['a'], ['a']])
  })

  test('that does not exist answers null', async () => {
    const { load } = controlledLoad({ loadKeys: async () => new Map() })

    expect(await load('a')).toBeNull()
  })

  test('answers only with what was found for that very key', async () => {
    const b = keyRecord('b')
    const { load } = controlledLoad({ loadKeys: async () => new Map([['b', b]]) })

    const answers = await Promise.all([load('a'), load('b')])

    expect(answers).toEqual([null, b])
  })
})

describe('different keys of one moment', () => {
  test('share a question', async () => {
    const { load, questions } = controlledLoad()

    await Promise.all(['a', 'b', 'c'].map(load))

    expect(questions).toEqual([['a', 'b', 'c']])
  })

  test('are at most 500 in a question, and at most two questions are open', async () => {
    const { load, questions, mostOpen } = controlledLoad({
      async loadKeys(hashes) {
        await sleep(5)
        return new Map(hashes.map((hash) => [hash, keyRecord(hash)]))
      },
    })
    const hashes = Array.from({ length: 1_201 }, (_, n) => `hash ${n}`)

    const answers = await Promise.all(hashes.map(load))

    expect(questions.map(({ length }) => length)).toEqual([500, 500, 201])
    expect(mostOpen()).toBe(2)
    expect(answers.map((record) => record?.principal.apiKey.id)).toEqual(hashes)
  })

  test('gather while two questions are open, and are one question then', async () => {
    const { load, questions, hold, answerAll } = controlledLoad()
    hold()
    const open = [load('a')]
    await until(() => questions.length === 1)
    open.push(load('b'))
    await until(() => questions.length === 2)

    const later = ['c', 'd', 'e'].map(load)
    answerAll()
    await Promise.all([...open, ...later])

    expect(questions).toEqual([['a'], ['b'], ['c', 'd', 'e']])
  })
})

describe('a question that fails', () => {
  test('fails once for all who asked it, and the next who asks gets an answer', async () => {
    const failure = new Refusal('store_failed')
    const failures = [failure]
    const { load, questions } = controlledLoad({
      async loadKeys(hashes) {
        const error = failures.pop()
        if (error !== undefined) throw error
        return new Map(hashes.map((hash) => [hash, keyRecord(hash)]))
      },
    })

    const outcomes = await Promise.allSettled(Array.from({ length: 1_000 }, () => load('a')))
    const next = await load('a')

    expect(new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason))).toEqual(
      new Set([failure]),
    )
    expect(next?.principal.apiKey.id).toBe('a')
    expect(questions).toHaveLength(2)
  })

  test('for one corrupt record fails for that one alone', async () => {
    const corrupt = new Refusal('corrupt_record')
    const good = keyRecord('good')
    const { load, kept } = controlledLoad({
      loadKeys: async () =>
        new Map<string, typeof good | Refusal>([
          ['bad', corrupt],
          ['good', good],
        ]),
    })

    const outcomes = await Promise.allSettled(['bad', 'good', 'missing'].map(load))

    expect(outcomes).toEqual([
      { status: 'rejected', reason: corrupt },
      { status: 'fulfilled', value: good },
      { status: 'fulfilled', value: null },
    ])
    expect(kept).toEqual([
      ['good', good],
      ['missing', null],
    ])
  })
})

test('a question belongs to nobody who asked it', async () => {
  const request = new AsyncLocalStorage<string>()
  const contexts: (string | undefined)[] = []
  const { load } = controlledLoad({
    async loadKeys() {
      contexts.push(request.getStore())
      return new Map()
    },
  })

  const resumed = await Promise.all(
    ['first', 'second', 'third'].map((name) =>
      request.run(name, async () => {
        await load(name === 'third' ? 'b' : 'a')
        return request.getStore()
      }),
    ),
  )
  await request.run('fourth', () => load('c'))

  expect(contexts).toEqual([undefined, undefined])
  expect(resumed).toEqual(['first', 'second', 'third'])
})
