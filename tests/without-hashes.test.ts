import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { NeedsMending } from '../src/epoch.js'
import { Refusal } from '../src/errors.js'
import { withoutHashes } from '../src/without-hashes.js'

const keyHash = '3f'.repeat(32)

describe('the cause of a failure', () => {
  test('that holds no hash is the one that was thrown', () => {
    const cause = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })

    expect(withoutHashes(cause)).toBe(cause)
  })

  test('is the one that was thrown too where only the folder of the app is named by a hash', () => {
    const cause = new NeedsMending('why', 'mend')
    cause.stack = `Error: why\n    at load (file:///layers/${keyHash}/app/load.js:1:1)`

    expect(withoutHashes(cause)).toBe(cause)
  })

  test.each<[where: string, cause: unknown]>([
    ['its text', new Error(`Invalid query: { keyHash: "${keyHash}" }`)],
    ['its text, in capitals', new Error(keyHash.toUpperCase())],
    [
      'a property',
      Object.assign(new Error('violation'), { detail: `Key (key_hash)=(${keyHash}) already exists.` }),
    ],
    ['its own cause', new Error('failed', { cause: { originalMessage: keyHash } })],
    ['a long list', Object.assign(new Error('failed'), { values: [...Array(500).keys(), keyHash] })],
    ['a long text', new Error('.'.repeat(20_000) + keyHash)],
    ['what is no error', { keyHash }],
    [
      'a list of any length',
      Object.assign(new Error('failed'), { values: [...Array(300_000).keys(), keyHash] }),
    ],
    ['a map', Object.assign(new Error('failed'), { values: new Map([['a', keyHash]]) })],
  ])('holds none that stood in %s', (_, cause) => {
    const told = [
      new Refusal('store_failed', {}, cause).cause,
      new NeedsMending('why', 'mend', { cause }).cause,
    ]

    const said = inspect(told, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity })
    expect(said.toLowerCase()).not.toContain(keyHash)
  })

  test('is searched for a moment only, and else told by its text alone', () => {
    const deep = (depth: number): object => ({
      a: depth === 0 ? keyHash : deep(depth - 1),
      b: Array(5).fill({}),
    })
    const cause = Object.assign(new Error('a socket hung up'), {
      request: Array.from({ length: 50 }, () => deep(50)),
    })

    const told = withoutHashes(cause)

    expect(told).not.toBe(cause)
    expect(told).toMatchObject({ message: 'a socket hung up' })
    expect(told).not.toHaveProperty('request')
  })

  test('may refer to itself', () => {
    const cause = new Error('round')
    cause.cause = cause

    expect(withoutHashes(cause)).toBe(cause)
  })

  test('keeps its name, its code and where it happened', () => {
    const cause = Object.assign(new TypeError(`not ${keyHash}`), { code: 'P2010' })

    const told = withoutHashes(cause)

    expect(told).toMatchObject({ name: 'TypeError', code: 'P2010', message: 'not [hash]' })
    expect(told).toHaveProperty('stack', expect.stringContaining('without-hashes.test'))
  })
})
