import { describe, expect, test } from '@jest/globals'
import { actorOf } from '../../src/key/actor.js'
import type { Host } from '../../src/key/host.js'
import type { Principal } from '../../src/key/principal.js'

const issuer = { apiKey: { id: 'k1' } } as Principal<Host>

describe('who acted, as the trail tells it,', () => {
  test('is who is named, with what is known of them', () => {
    expect(actorOf({ kind: 'user', id: 'u1', address: '203.0.113.7' }, issuer)).toEqual({
      kind: 'user',
      id: 'u1',
      address: '203.0.113.7',
    })
    expect(actorOf({ kind: 'user' }, issuer)).toEqual({ kind: 'user', id: null, address: null })
  })

  test('is the key that issues, where nobody is named', () => {
    expect(actorOf(undefined, issuer)).toEqual({ kind: 'api_key', id: 'k1', address: null })
  })

  test('is the system, where nobody issues', () => {
    expect(actorOf(undefined, undefined)).toEqual({ kind: 'system', id: null, address: null })
  })
})
