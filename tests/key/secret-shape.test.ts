import { describe, expect, test } from '@jest/globals'
import { secretFormat } from '../../src/key/secret.js'
import { holdsSecretLike, prefixOfKeyPrefix, prefixOfSecret } from '../../src/key/secret-shape.js'
import { textsOf } from '../../src/key/texts-of.js'

const body = '0'.repeat(49)

describe('the prefix of a secret', () => {
  test.each([
    [secretFormat('acme_live').generate().secret, 'acme_live'],
    [`ak_${body}`, 'ak'],
    [`ak_${body}0`, null],
    [`ak_${body.slice(1)}`, null],
    [`acme__live_${body}`, null],
    [`Ak_${body}`, null],
    [` ak_${body}`, null],
    [body, null],
    ['', null],
  ])('of %j is %j', (text, prefix) => {
    expect(prefixOfSecret(text)).toBe(prefix)
  })
})

describe('the prefix of a key prefix', () => {
  test.each([
    ['ak_8fK2', 'ak'],
    ['acme_live_8fK2', 'acme_live'],
    ['ak_8fK', null],
    ['ak_8fK2x', null],
    ['acme__live_8fK2', null],
    ['sk-live-', null],
    ['', null],
  ])('of %j is %j', (keyPrefix, prefix) => {
    expect(prefixOfKeyPrefix(keyPrefix)).toBe(prefix)
  })
})

describe('what looks like a secret', () => {
  test.each([
    [`the key is ak_${body}.`, true],
    [`ak_${body.slice(8)}`, true],
    [`ak_${body.slice(9)}`, false],
    ['6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a01', false],
    [`_${body}`, false],
  ])('%j: %s', (text, isSecretLike) => {
    expect(holdsSecretLike(text)).toBe(isSecretLike)
  })
})

describe('the texts of a JSON value', () => {
  test('are its strings and the names in its objects, however deep', () => {
    expect(textsOf({ a: ['b', { c: 'd' }, 1, null, true] })).toEqual(['a', 'b', 'c', 'd'])
  })

  test.each<[value: unknown, texts: string[]]>([
    ['a', ['a']],
    [
      ['a', ['b']],
      ['a', 'b'],
    ],
    [1, []],
    [null, []],
    [undefined, []],
    [{}, []],
  ])('of %j are %j', (value, texts) => {
    expect(textsOf(value)).toEqual(texts)
  })
})
