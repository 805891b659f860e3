import { describe, expect, test } from '@jest/globals'
import { secretFormat } from '../../src/key/secret.js'
import { noteSecret } from '../support/keyring.js'

const format = secretFormat('ak')

function realSecret() {
  const { secret, ...kept } = format.generate()
  noteSecret(secret)
  return { secret, kept }
}

/** Another last digit, so that only the checksum is wrong. */
const broken = (secret: string) => secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0')

type Wrap = (secret: string) => string

describe('a secret inside a longer text', () => {
  test.each<[place: string, wrap: Wrap]>([
    ['alone', (secret) => secret],
    ['in a query', (secret) => `/orders?key=${secret}`],
    ['as the whole query', (secret) => `/orders?${secret}`],
    ['as a part of the path', (secret) => `/orders/${secret}`],
    ['as a part of the path, with more behind', (secret) => `/keys/${secret}/orders`],
    ['after an escaped =', (secret) => `/go?to=%2Forders%3Fkey%3D${secret}`],
    ['after an escaped =, in lower case', (secret) => `/go?to=%2forders%3fkey%3d${secret}`],
    ['after an escape that ends with a letter', (secret) => `/go?q=%C3%A9${secret}`],
    ['before &', (secret) => `/orders?key=${secret}&page=2`],
    ['before an escaped &', (secret) => `/orders?key=${secret}%26page=2`],
    ['before /', (secret) => `/orders?key=${secret}/`],
    ['before #', (secret) => `/orders?key=${secret}#top`],
    ['after a hyphen', (secret) => `/orders/key-${secret}`],
    ['after an underscore', (secret) => `/orders/my_${secret}`],
    ['after its own prefix', (secret) => `/orders/ak_${secret}`],
    ['at the very end of a long text', (secret) => `/${'ak_'.repeat(2_000)}?${secret}`],
    ['behind a broken one', (secret) => `/orders?old=${broken(secret)}&new=${secret}`],
    ['behind one inside a longer run', (secret) => `/orders?old=${secret}x&new=${secret}`],
    ['in front of a broken one', (secret) => `/orders?new=${secret}&old=${broken(secret)}`],
    ['in an Authorization line of a log', (secret) => `authorization: "Bearer ${secret}"`],
  ])('is found %s', (_, wrap) => {
    const { secret, kept } = realSecret()

    expect(format.findIn(wrap(secret))).toEqual(kept)
  })

  test.each<[place: string, wrap: Wrap]>([
    ['with a digit directly behind', (secret) => `/orders?key=${secret}0`],
    ['with a letter directly behind', (secret) => `/orders?key=${secret}x`],
    ['with a digit directly in front', (secret) => `/orders?key=7${secret}`],
    ['with a letter directly in front', (secret) => `/orders?key=x${secret}`],
    ['with hex digits in front without a percent sign', (secret) => `/orders?key=3D${secret}`],
    ['with letters in front that are no escape', (secret) => `/orders?key=%zD${secret}`],
    ['with a letter after an escape in front', (secret) => `/orders?key=%3Dx${secret}`],
    ['with a wrong checksum', (secret) => `/orders?key=${broken(secret)}`],
    ['with its last character missing', (secret) => `/orders?key=${secret.slice(0, -1)}`],
    ['with its last character missing and more behind', (secret) => `/?key=${secret.slice(0, -1)}&page=2`],
    ['cut in two', (secret) => `/${secret.slice(0, 30)}/${secret.slice(30)}`],
    ['without its prefix', (secret) => `/orders?key=${secret.slice(3)}`],
    ['with a prefix in capitals', (secret) => `/orders?key=AK${secret.slice(2)}`],
  ])('is not found %s', (_, wrap) => {
    const { secret } = realSecret()

    expect(format.findIn(wrap(secret)) === null).toBe(true)
  })

  test('is not found when it has another prefix', () => {
    const { secret } = realSecret()

    expect(secretFormat('acme').findIn(`/orders?key=${secret}`) === null).toBe(true)
  })

  test.each(['', 'ak', 'ak_', '/orders', '/orders?key=ak_', 'ak_ak_ak_', `ak_${'0'.repeat(48)}`])(
    'is not found in %j, which holds none',
    (text) => {
      expect(format.findIn(text)).toBeNull()
    },
  )
})
