import { describe, expect, test } from '@jest/globals'
import { isWithinLimits, parseLimit, parseLimits, windowName } from '../../src/key/limit.js'

const MINUTE_MS = 60_000

describe('a limit', () => {
  test.each([
    ['10/s', { kind: 'rate', most: 10, windowMs: 1_000, burst: null }],
    ['100/15m', { kind: 'rate', most: 100, windowMs: 15 * MINUTE_MS, burst: null }],
    ['1000/24h', { kind: 'rate', most: 1_000, windowMs: 1_440 * MINUTE_MS, burst: null }],
    ['10/s+50/m', { kind: 'rate', most: 10, windowMs: 1_000, burst: { most: 50, windowMs: MINUTE_MS } }],
    ['5000/day', { kind: 'quota', most: 5_000, period: 'day' }],
    ['100000/month', { kind: 'quota', most: 100_000, period: 'month' }],
    ['500/lifetime', { kind: 'quota', most: 500, period: 'lifetime' }],
    ['1000000000/s', { kind: 'rate', most: 1_000_000_000, windowMs: 1_000, burst: null }],
  ])('may be written %s', (text, parsed) => {
    expect(parseLimit(text)).toEqual({ ...parsed, text })
  })

  test.each([
    ...[
      '',
      '10',
      '10/',
      '/s',
      '0/s',
      '01/s',
      '-1/s',
      '1.5/s',
      '1e3/s',
      '10/0s',
      '10/01s',
      '10/25h',
      '10/86401s',
    ],
    ...['10/d', '10/week', '10/2day', '10/S', '10 /s', ' 10/s', '10/s ', '10/s\n', '1000000001/s', '９/s'],
    ...['10/s+', '10/s+5', '10/m+50/s', '10/s+50/s', '10/s+0/m', '10/s+1/m+1/h', '10/day+5/month'],
    ...['__proto__', 'constructor', `${'9'.repeat(50_000)}/s`],
  ])('may not be written %j', (text) => {
    expect(parseLimit(text)).toBeNull()
  })

  test.each([null, undefined, 10, {}, [], ['10/s'], { toString: () => '10/s' }])('is no %j', (value) => {
    expect(parseLimit(value)).toBeNull()
  })
})

describe('a list of limits', () => {
  test('is asked from the shortest window to the longest', () => {
    const texts = ['9/lifetime', '9/month', '9/h', '9/day', '9/s', '9/m']

    expect(parseLimits(texts)?.map(({ text }) => text)).toEqual(texts.toReversed().toSorted(byWindow))
  })

  test('may have eight', () => {
    expect(parseLimits(Array.from({ length: 8 }, (_, n) => `1/${n + 1}s`))).toHaveLength(8)
  })

  test.each([
    [[]],
    [['10/s', '20/s']],
    [['60/60s', '1/m']],
    [['1/day', '2/day']],
    [['10/s', 'nonsense']],
    [['10/s', null]],
    [Array.from({ length: 9 }, (_, n) => `1/${n + 1}s`)],
    ['10/s'],
    [null],
    [{ 0: '10/s', length: 1 }],
  ])('is none that is %j', (value) => {
    expect(parseLimits(value)).toBeNull()
  })
})

describe('the window of a limit', () => {
  test.each([
    ['10/s', '1s'],
    ['10/15m', '900s'],
    ['10/h', '3600s'],
    ['10/s+50/m', '1s'],
    ['10/day', 'day'],
    ['10/lifetime', 'lifetime'],
  ])('of %s is called %s', (text, name) => {
    const [limit] = parseLimits([text]) ?? []

    expect(limit && windowName(limit)).toBe(name)
  })
})

describe('limits within others', () => {
  test.each<[narrow: string[] | null, wide: string[] | null, isWithin: boolean]>([
    [['10/s'], ['10/s'], true],
    [['11/s'], ['10/s'], false],
    [['10/60s'], ['10/m'], true],
    [['10/s'], ['10/m'], false],
    [['10/s', '5/day'], ['10/s'], true],
    [['10/s'], ['10/s', '5/day'], false],
    [['10/s'], ['10/s+50/m'], true],
    [['10/s+50/m'], ['10/s+50/m'], true],
    [['10/s+51/m'], ['10/s+50/m'], false],
    [['10/s+50/m'], ['10/s+50/h'], false],
    [['10/s+50/m'], ['10/s'], false],
    [['10/s'], null, true],
    [null, ['10/s'], false],
    [null, null, true],
  ])('%j are within %j: %s', (narrow, wide, isWithin) => {
    const parse = (texts: string[] | null) => (texts === null ? null : parseLimits(texts))

    expect(isWithinLimits(parse(narrow), parse(wide))).toBe(isWithin)
  })
})

const order = ['s', 'm', 'h', 'day', 'month', 'lifetime']
const byWindow = (one: string, other: string) => order.indexOf(one.slice(2)) - order.indexOf(other.slice(2))
