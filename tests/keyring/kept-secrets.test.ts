import { describe, expect, test } from '@jest/globals'
import type { Keyring } from 'express-api-keys'
import { createMemoryKeyring } from 'express-api-keys/testing'
import { secretFormat } from '../../src/key/secret.js'
import { noteSecret } from '../support/keyring.js'

const generate = (prefix: string): string => {
  const { secret } = secretFormat(prefix).generate()
  noteSecret(secret)
  return secret
}
const own = generate('ak')
const ofSister = generate('acme_test')
const imported = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'

const owner = { tenantId: 't1', userId: 'u1', name: 'CI' }
const key = { tenantId: 't1', id: '0b7d4a3e-6a52-4f0e-9a0c-3f6d1f2b7c11' }

describe('a text that is kept', () => {
  test.each<[field: string, verb: keyof Keyring, input: (secret: string) => object]>([
    ['name', 'issue', (secret) => ({ ...owner, name: `see ${secret}` })],
    ['name', 'update', (secret) => ({ ...key, name: secret })],
    ['metadata', 'issue', (secret) => ({ ...owner, metadata: { old: [secret] } })],
    ['reason', 'revoke', (secret) => ({ ...key, reason: `${secret} leaked` })],
    ['reason', 'revokeAll', (secret) => ({ tenantId: 't1', reason: secret })],
  ])('may hold no secret as %s of %s, be it of a sister or imported', async (field, verb, input) => {
    const keyring = createMemoryKeyring({ imported: ['sk_live_'] })

    const asking = [own, ofSister, imported].map(
      (secret): Promise<unknown> => Object(keyring)[verb](input(secret)),
    )
    const outcomes = await Promise.allSettled(asking)
    await keyring.close()

    const refused = { status: 'rejected', reason: { message: `${field}: must not hold a secret` } }
    expect(outcomes).toMatchObject([refused, refused, refused])
  })

  test.each(['id', 'address'])('may hold no secret as %s of an actor', async (field) => {
    const keyring = createMemoryKeyring()

    const issuing = keyring.issue({ ...owner, actor: { kind: 'user', [field]: own } })

    await expect(issuing).rejects.toMatchObject({
      field: `actor.${field}`,
      problem: 'must not hold a secret',
    })
    await keyring.close()
  })

  test('may hold what only looks like a secret, in metadata', async () => {
    const keyring = createMemoryKeyring()
    const metadata = { sum: `sha256_${'0f'.repeat(32)}`, other: `ak_${'a'.repeat(49)}` }

    const { apiKey, secret } = await keyring.issue({ ...owner, metadata })
    noteSecret(secret)

    expect(apiKey.metadata).toEqual(metadata)
    await keyring.close()
  })
})
