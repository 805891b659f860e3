import { describe, expect, test } from '@jest/globals'
import { foreignTo } from '../../src/key/foreign-secret.js'
import { secretFormat } from '../../src/key/secret.js'

const body = '0'.repeat(49)

describe('to a keyring of the prefix acme', () => {
  const isForeign = foreignTo('acme')

  test.each([
    ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln'],
    ['a key of another prefix', `sk_${body}`],
    ['a key of a longer prefix', secretFormat('acme_live').generate().secret],
    ['one with a wrong checksum, which its own keyring refuses', `acme_live_${body}`],
    ['a key of a prefix that begins alike', `acmex_${body}`],
    ['its prefix in capitals', `ACME_${body}`],
    ['its prefix without the underscore', 'acme'],
    ['nothing', ''],
  ])('%s is foreign', (_, text) => {
    expect(isForeign(text)).toBe(true)
  })

  test.each([
    ['a key', secretFormat('acme').generate().secret],
    ['a key with a wrong checksum', `acme_${body}`],
    ['a key that lacks its end', `acme_${body.slice(1)}`],
    ['a key with more at its end', `acme_${body}0`],
    ['the prefix alone', 'acme_'],
    ['the prefix before a JWT', 'acme_eyJhbGciOiJIUzI1NiJ9.e30.c2ln'],
    ['a key of a longer prefix that lacks its end', `acme_live_${body.slice(1)}`],
    ['a key of a longer prefix with more at its end', `acme_live_${body}0`],
    ['a prefix that no keyring can have', `acme_${'x'.repeat(20)}_${body}`],
    ['a prefix that breaks the grammar', `acme__live_${body}`],
  ])('%s is its own to judge', (_, text) => {
    expect(isForeign(text)).toBe(false)
  })
})

test('to a keyring of the longer prefix, keys of the shorter one are foreign', () => {
  const isForeign = foreignTo('acme_live')

  expect(isForeign(`acme_${body}`)).toBe(true)
  expect(isForeign(`acme_live_${body}`)).toBe(false)
  expect(isForeign(`acme_live_eu_${body}`)).toBe(true)
})

test('to a keyring that lets in imported keys, what begins like one is its own to judge', () => {
  const isForeign = foreignTo('acme', ['sk_live_', 'old-'])

  expect(isForeign('sk_live_damaged')).toBe(false)
  expect(isForeign('old-')).toBe(false)
  expect(isForeign('damaged_sk_live_')).toBe(true)
  expect(isForeign('sk_test_4f9a')).toBe(true)
})
