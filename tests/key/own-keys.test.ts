import { describe, expect, test } from '@jest/globals'
import { ownKeys } from '../../src/key/own-keys.js'
import { secretFormat } from '../../src/key/secret.js'

describe('the keys of a keyring', () => {
  test('are those whose secrets it makes', () => {
    const { keyPrefix } = secretFormat('acme_live').generate()

    expect(ownKeys('acme_live', []).has(keyPrefix)).toBe(true)
  })

  test.each<[keyPrefix: string, isOwn: boolean]>([
    ['acme_8fK2', true],
    ['sk_live_', true],
    ['old_8fK2', true],
    ['acme_live_8fK2', false],
    ['acme_test', true],
    ['acme', false],
    ['ak_8fK2', false],
    ['xacme_8fK2', false],
    ['sk_test_', false],
    ['sk_live_8fK2x', false],
    ['acme_8fK2\n', false],
    ['', false],
  ])('with the prefix "acme", and "sk_live_" and "old_" imported: %j is %s', (keyPrefix, isOwn) => {
    expect(ownKeys('acme', ['sk_live_', 'old_']).has(keyPrefix)).toBe(isOwn)
  })
})
