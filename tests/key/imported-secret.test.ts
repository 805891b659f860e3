import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { isImportedPrefix, overlaps, withImported } from '../../src/key/imported-secret.js'
import { secretFormat } from '../../src/key/secret.js'

const own = secretFormat('ak')
const format = withImported(own, ['sk_live_', 'mycompany'])
const body = '4eC39HqLyjWDarjtT1zd'

describe('the beginning of imported keys', () => {
  test.each(['sk', 'sk_live_', 'My-Company', `s${'k'.repeat(31)}`, '0x'])('may be %j', (prefix) => {
    expect(isImportedPrefix(prefix)).toBe(true)
  })

  test.each(['', 's', '_sk', '-sk', 'sk live', 'sk.', 'ñk', `s${'k'.repeat(32)}`, 7, null])(
    'may not be %j',
    (prefix) => {
      expect(isImportedPrefix(prefix)).toBe(false)
    },
  )

  test.each([
    ['sk_', 'sk_live_', true],
    ['sk_live_', 'sk_', true],
    ['sk_', 'sk_', true],
    ['sk_live_', 'sk_test_', false],
  ])('of %s overlaps with %s: %s', (one, other, overlap) => {
    expect(overlaps(one, other)).toBe(overlap)
  })
})

describe('a format with imported keys', () => {
  test('without any is the format itself', () => {
    expect(withImported(own, [])).toBe(own)
  })

  test.each(['sk_live_', 'mycompany'])(
    'keeps the hash of a key that begins with %s, and shows that alone',
    (prefix) => {
      const secret = `${prefix}${body}`

      expect(format.parse(secret)).toEqual({
        keyHash: createHash('sha256').update(secret).digest('hex'),
        keyPrefix: prefix,
      })
    },
  )

  test('still knows keys of its own', () => {
    const { secret, keyHash, keyPrefix } = format.generate()

    expect(format.parse(secret)).toEqual({ keyHash, keyPrefix })
  })

  test.each([
    ['one character less', `sk_live_${body.slice(1)}`, false],
    ['as short as may be', `sk_live_${body}`, true],
    ['as long as may be', `sk_live_${'a'.repeat(248)}`, true],
    ['one character more', `sk_live_${'a'.repeat(249)}`, false],
    ['padded', `sk_live_${body}==`, true],
    ['padded inside', `sk_live_${body}=a`, false],
    ['all marks that a bearer may have', `sk_live_${body}-._~+/`, true],
    ['a space at its end', `sk_live_${body} `, false],
    ['a line break at its end', `sk_live_${body}\n`, false],
    ['another beginning', `sk_test_${body}`, false],
    ['its beginning further in', `x_sk_live_${body}`, false],
  ])('takes a key of %s: %s', (_, text, isTaken) => {
    expect(format.parse(text) !== null).toBe(isTaken)
  })

  test.each([undefined, null, 7, {}, ['sk_live_']])('takes no %j', (value) => {
    expect(format.parse(value)).toBeNull()
    expect(format.findIn(value)).toBeNull()
  })
})

describe('an imported key inside a longer text', () => {
  test.each([
    ['a path', `/orders/sk_live_${body}/x`],
    ['a query', `/orders?key=sk_live_${body}&page=2`],
    ['what follows an escape', `/orders%3Dsk_live_${body}`],
    ['what follows another one', `/sk_live_short/sk_live_${body}`],
    ['the very beginning', `sk_live_${body}`],
  ])('is found in %s', (_, text) => {
    expect(format.findIn(text)).toEqual(format.parse(`sk_live_${body}`))
  })

  test.each([
    ['a UUID in a path', '/orders/sk_live_0b3b1f6e-8d6a-4f5e-9f0e-2f8f4a1c7d11/x'],
    ['a UUID in a query', '/orders?key=sk_live_0B3B1F6E-8D6A-4F5E-9F0E-2F8F4A1C7D11&page=2'],
    ['a run before a dot', `/exports/sk_live_${body}.csv`],
    ['a word of its own with dashes', 'Basic sk_live_abcde-fghij-klmno-pqrst'],
    ['a whole text with dots', 'sk_live_abcde.fghij.klmno.pqrst'],
    ['a line of its own', 'old key:\nsk_live_abcde/fghij/klmno/pqrst\n'],
  ])('is found as %s', (_, text) => {
    expect(format.findIn(text)?.keyPrefix).toBe('sk_live_')
  })

  test.each([
    ['a word that ends with its beginning', `/ask_live_${body}`],
    ['a word that ends like an escape', `/3Dsk_live_${body}`],
    ['a title', '/mycompany-was-founded-in-2026-by-two-of-us'],
    ['a text without digits', `/sk_live_${'abcdefghij'.repeat(3)}`],
    ['what is too short', '/sk_live_4eC39HqLyjWD'],
  ])('is not found in %s', (_, text) => {
    expect(format.findIn(text)).toBeNull()
  })

  test('comes after one of our own', () => {
    const { secret } = format.generate()

    expect(format.findIn(`/a?${secret}&sk_live_${body}`)).toEqual(format.parse(secret))
  })
})
