import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { secretFormat } from '../../src/key/secret.js'

const digits = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz']
const anyPrefix = fc.stringMatching(/^[a-z][a-z0-9]{0,7}(_[a-z0-9]{1,5}){0,2}$/)

/** The checksum as the format describes it, with the CRC-32 of zlib itself. */
function referenceChecksum(text: string): string {
  const found: (string | undefined)[] = []
  for (let rest = BigInt(crc32(text)); rest > 0n; rest /= 62n) found.push(digits[Number(rest % 62n)])
  return found.reverse().join('').padStart(6, '0')
}

describe('a generated secret', () => {
  test('has a prefix, an underscore, 43 random characters and 6 of checksum', () => {
    fc.assert(
      fc.property(anyPrefix, (prefix) => {
        const { secret } = secretFormat(prefix).generate()

        const body = secret.slice(prefix.length + 1)
        return secret.startsWith(`${prefix}_`) && body.length === 43 + 6 && /^[0-9A-Za-z]+$/.test(body)
      }),
    )
  })

  test('ends with the checksum of all before it', () => {
    fc.assert(
      fc.property(anyPrefix, (prefix) => {
        const { secret } = secretFormat(prefix).generate()

        return secret.slice(-6) === referenceChecksum(secret.slice(0, -6))
      }),
    )
  })

  test('is parsed to the same hash and prefix that it was generated with', () => {
    fc.assert(
      fc.property(anyPrefix, (prefix) => {
        const format = secretFormat(prefix)
        const { secret, ...kept } = format.generate()

        expect(format.parse(secret)).toEqual(kept)
      }),
    )
  })

  test('is kept as its prefix with 4 characters, and the SHA-256 of the whole', () => {
    fc.assert(
      fc.property(anyPrefix, (prefix) => {
        const { secret, keyHash, keyPrefix } = secretFormat(prefix).generate()

        return (
          keyPrefix === secret.slice(0, prefix.length + 5) &&
          keyHash === createHash('sha256').update(secret).digest('hex')
        )
      }),
    )
  })

  test('never comes twice', () => {
    const { generate } = secretFormat('ak')

    const secrets = new Set(Array.from({ length: 10_000 }, () => generate().secret))

    expect(secrets.size).toBe(10_000)
  })
})

// Made with Python: zlib.crc32 and hashlib.sha256. One checksum has its highest bit set, one begins with 0.
const vectors = [
  {
    prefix: 'ak',
    secret: 'ak_00000000000000000000000000000000000000000002PL60u',
    keyPrefix: 'ak_0000',
    keyHash: '7092b420732ba8f770a1b21351f8ffa00510246536f0145f1c75100785d6355f',
  },
  {
    prefix: 'ak',
    secret: 'ak_8fK2QvTz0mXbN4cYpLrA7sWdEeGhJi1uVn9oBxCkR3M1la7lW',
    keyPrefix: 'ak_8fK2',
    keyHash: '4b8d23e7fe40fae35264da64dc9d4a043d2ce8403edb4b06d8724a87a41c871c',
  },
  {
    prefix: 'acme_live',
    secret: 'acme_live_zZ9aA0yY8bB1xX7cC2wW6dD3vV5eE4uU4fF5tT3gG6s0BA2jt',
    keyPrefix: 'acme_live_zZ9a',
    keyHash: 'd11d160d591df85d129b605021234d46a29faa2d619206d6dd10610a5d7f61f9',
  },
]

describe('a secret made by another program', () => {
  test.each(vectors)('is parsed: $keyPrefix', ({ prefix, secret, keyPrefix, keyHash }) => {
    const presented = secretFormat(prefix).parse(secret)

    expect(presented).toEqual({ keyPrefix, keyHash })
  })
})
