import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { NotJson } from '../../src/key/json.js'
import { MAX_METADATA_BYTES, parseMetadata } from '../../src/key/metadata.js'

/** Nested lists, so many of them. */
function nested(depth: number): unknown {
  return depth === 0 ? 'inside' : [nested(depth - 1)]
}

function cyclic(): object {
  const object: Record<string, unknown> = {}
  object.self = object
  return object
}

describe('metadata', () => {
  test('is a copy, frozen all the way down', () => {
    const given = { team: 'billing', tags: ['a', { b: null }], limits: { perDay: 1.5 } }

    const metadata = parseMetadata(given)
    given.tags.push('later')

    expect(metadata).toEqual({ team: 'billing', tags: ['a', { b: null }], limits: { perDay: 1.5 } })
    const parts = [metadata, metadata.tags, metadata.limits, Object(metadata.tags)[1]]
    expect(parts.every(Object.isFrozen)).toBe(true)
  })

  test('of any JSON comes out as JSON would have it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 3 })), (given) => {
        fc.pre(!JSON.stringify(given).includes('\\u0000') && !JSON.stringify(given).includes('__proto__'))
        fc.pre(JSON.stringify(given).length < 3_000)
        expect(JSON.stringify(parseMetadata(given))).toBe(JSON.stringify(given))
      }),
    )
  })

  test('may be nested 32 deep', () => {
    const deepest = { a: nested(31) }

    expect(parseMetadata(deepest)).toEqual(deepest)
    expect(() => parseMetadata({ a: deepest })).toThrow('must be nested at most 32 deep')
  })

  test.each<[what: string, value: unknown, why: string]>([
    ['null', null, 'must be a plain object'],
    ['a list', [], 'must be a plain object'],
    ['a text', '{}', 'must be a plain object'],
    ['a date', new Date(), 'must be a plain object'],
    ['a map', new Map(), 'must be a plain object'],
    ['a missing value', { a: undefined }, 'must hold nothing but'],
    ['a hole in a list', { a: new Array(2) }, 'must hold nothing but'],
    ['a date inside', { a: new Date() }, 'must hold nothing but'],
    ['a number that JSON has no word for', { a: Number.NaN }, 'must hold nothing but'],
    ['an endless number', { a: Number.POSITIVE_INFINITY }, 'must hold nothing but'],
    ['a big number', { a: 1n }, 'must hold nothing but'],
    ['a function', { toJSON: () => ({}) }, 'must hold nothing but'],
    ['a symbol', { a: Symbol('a') }, 'must hold nothing but'],
    ['NUL in a text', { a: 'b\0' }, 'must not contain NUL'],
    ['NUL in a name', { 'a\0': 1 }, 'must not contain NUL'],
    ['half a character', { a: '\ud800' }, 'must not contain NUL characters or broken Unicode'],
    ['another prototype', JSON.parse('{"__proto__":{"isAdmin":true}}'), 'must not have the name "__proto__"'],
    ['nesting without end', cyclic(), 'must be nested at most 32 deep'],
    ['deep nesting', { a: nested(40) }, 'must be nested at most 32 deep'],
    ['4,097 bytes', { a: 'x'.repeat(MAX_METADATA_BYTES - 7) }, 'must have at most 4096 bytes as JSON'],
    ['few characters of many bytes', { a: '💥'.repeat(1_100) }, 'must have at most 4096 bytes as JSON'],
  ])('refuses %s', (_, value, why) => {
    expect(() => parseMetadata(value)).toThrow(NotJson)
    expect(() => parseMetadata(value)).toThrow(why)
  })

  test('takes 4,096 bytes, names such as constructor, and an object without a prototype', () => {
    const full = { a: 'x'.repeat(MAX_METADATA_BYTES - 8) }

    expect(parseMetadata(full)).toEqual(full)
    expect(Object.keys(parseMetadata({ constructor: 1, toString: 2 }))).toEqual(['constructor', 'toString'])
    expect(parseMetadata(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 })
  })
})
