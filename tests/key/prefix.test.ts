import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isPrefix, secretFormat } from '../../src/key/secret.js'
import { noteSecret } from '../support/keyring.js'

describe('a key prefix', () => {
  test.each(['a', 'ak', 'a1', 'sk2', 'acme_live', 'a_1', 'a_b_c_d', 'acme_live_eu_2', 'a'.repeat(20)])(
    'may be %j',
    (prefix) => {
      expect(isPrefix(prefix)).toBe(true)
    },
  )

  test.each([
    '',
    '_',
    '1',
    '1ak',
    'ak_',
    '_ak',
    'a__k',
    'Ak',
    'aK',
    'a-k',
    'a k',
    ' ak',
    'ak ',
    'ak\n',
    'ak\0',
    'a.k',
    'ak/',
    '\u0430k',
    'ak\u200b',
    'caf\u00e9',
    '\uff41k',
    'a'.repeat(21),
    `${'a_'.repeat(5_000)}_`,
  ])('may not be %j', (prefix) => {
    expect(isPrefix(prefix)).toBe(false)
  })

  test.each<[kind: string, value: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['a list with a prefix', ['ak']],
    ['an object that reads as a prefix', { toString: () => 'ak', length: 2 }],
  ])('may not be %s', (_, value) => {
    expect(isPrefix(value)).toBe(false)
  })

  test('of another format is not its own, even one that begins like it', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,4}$/)
    const related = word.chain((a) => word.map((b): [string, string] => [a, `${a}_${b}`]))

    fc.assert(
      fc.property(related, ([short, long]) => {
        const [one, other] = [secretFormat(short), secretFormat(long)]

        return other.parse(one.generate().secret) === null && one.parse(other.generate().secret) === null
      }),
    )
  })

  test('with underscores is kept whole', () => {
    const format = secretFormat('acme_live')

    const { secret, keyPrefix } = format.generate()
    noteSecret(secret)

    expect(keyPrefix).toMatch(/^acme_live_[0-9A-Za-z]{4}$/)
    expect(format.parse(secret)?.keyPrefix).toBe(keyPrefix)
  })
})
