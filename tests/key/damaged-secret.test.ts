import { describe, expect, test } from '@jest/globals'
import { secretFormat } from '../../src/key/secret.js'
import { noteSecret } from '../support/keyring.js'

const digits = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz']

function realSecret() {
  const format = secretFormat('ak')
  const { secret } = format.generate()
  noteSecret(secret)
  return { secret, accepts: (text: string) => format.parse(text) !== null }
}

describe('a damaged secret', () => {
  test('is refused whichever one character is replaced, by whichever digit', () => {
    const { secret, accepts } = realSecret()

    const replaced = [...secret].flatMap((original, at) =>
      digits
        .filter((digit) => digit !== original)
        .map((digit) => secret.slice(0, at) + digit + secret.slice(at + 1)),
    )

    // 51 places hold a digit, and the underscore can become any of 62.
    expect(replaced.length).toBe(51 * 61 + 62)
    expect(replaced.filter(accepts).length).toBe(0)
  })

  test('is refused when any two of its characters change places', () => {
    const { secret, accepts } = realSecret()
    const swap = (a: number, b: number) =>
      [...secret].map((character, at) => (at === a ? secret[b] : at === b ? secret[a] : character)).join('')

    const places = [...secret].map((_, at) => at)
    const swapped = places
      .flatMap((a) => places.slice(0, a).map((b) => swap(a, b)))
      .filter((text) => text !== secret)

    expect(swapped.length).toBeGreaterThan(1_000)
    expect(swapped.filter(accepts).length).toBe(0)
  })

  test('is refused however much of its beginning or end is missing', () => {
    const { secret, accepts } = realSecret()

    const cut = [...secret].flatMap((_, at) => [secret.slice(0, at), secret.slice(at + 1)])

    expect(cut.filter(accepts).length).toBe(0)
  })

  test.each([
    ['a digit behind', (secret: string) => `${secret}0`],
    ['a digit in front', (secret: string) => `0${secret}`],
    ['itself behind', (secret: string) => secret + secret],
    ['a space in front', (secret: string) => ` ${secret}`],
    ['a space behind', (secret: string) => `${secret} `],
    ['a newline behind', (secret: string) => `${secret}\n`],
    ['a tab in place of its end', (secret: string) => `${secret.slice(0, -1)}\t`],
    ['a NUL behind', (secret: string) => `${secret}\0`],
    ['a zero-width space inside', (secret: string) => `${secret.slice(0, 20)}\u200b${secret.slice(20)}`],
    ['a full-width digit inside', (secret: string) => `${secret.slice(0, 20)}\uff10${secret.slice(21)}`],
    ['quotes around', (secret: string) => `"${secret}"`],
    ['capital letters only', (secret: string) => secret.toUpperCase()],
    ['a capital prefix', (secret: string) => `AK${secret.slice(2)}`],
    ['a hyphen for its underscore', (secret: string) => secret.replace('_', '-')],
  ])('is refused with %s', (_, damage) => {
    const { secret, accepts } = realSecret()

    expect(accepts(damage(secret))).toBe(false)
  })

  test('is refused when its checksum says the right number plus a multiple of 2^32', () => {
    const { secret, accepts } = realSecret()
    const right = [...secret.slice(-6)].reduce((value, digit) => value * 62 + digits.indexOf(digit), 0)
    const write = (value: number) =>
      [5, 4, 3, 2, 1, 0].map((power) => digits[Math.floor(value / 62 ** power) % 62]).join('')

    const turns = Array.from({ length: 13 }, (_, turn) => right + turn * 2 ** 32).filter((n) => n < 62 ** 6)
    const accepted = turns.filter((value) => accepts(secret.slice(0, -6) + write(value)))

    expect(turns.length).toBeGreaterThan(10)
    expect(accepted.length === 1 && accepted[0] === right).toBe(true)
  })

  test('is refused whichever digit of its checksum is a character far beyond ASCII', () => {
    const format = secretFormat('ak')
    const secrets = Array.from({ length: 200 }, () => format.generate().secret)
    for (const secret of secrets) noteSecret(secret)

    // Of 1,200 digits each value is there, also the one that such a character could be taken for.
    const damaged = secrets.flatMap((secret) =>
      [1, 2, 3, 4, 5, 6].map(
        (back) => `${secret.slice(0, -back)}\u0429${secret.slice(secret.length - back + 1)}`,
      ),
    )

    expect(damaged.filter((text) => format.parse(text) !== null).length).toBe(0)
  })

  test('is refused with a checksum that is right for characters outside of base62', () => {
    const accepted = secretFormat('ak').parse(`ak_${'-'.repeat(43)}471zZj`) !== null

    expect(accepted).toBe(false)
  })
})
