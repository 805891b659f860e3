import { describe, expect, test } from '@jest/globals'
import { judge, type KeyRecord } from '../../src/key/verdict.js'
import { keyRecord } from '../coherence/key-record.js'

const expiresAtMs = Date.UTC(2030, 0, 1)

const recordWith = (facts: Partial<KeyRecord>) => keyRecord('key', facts)

describe('the verdict', () => {
  test.each<[what: string, facts: Partial<KeyRecord>, nowMs: number, verdict: string]>([
    ['a key that never expires', { expiresAtMs: null }, Date.UTC(9999, 11, 31), 'active'],
    ['a key 1 ms before it expires', { expiresAtMs }, expiresAtMs - 1, 'active'],
    ['a key a part of a millisecond before', { expiresAtMs }, expiresAtMs - 0.001, 'active'],
    ['a key that expires now', { expiresAtMs }, expiresAtMs, 'expired'],
    ['a key that expired long ago', { expiresAtMs }, expiresAtMs * 2, 'expired'],
    ['a key that expired at the first instant', { expiresAtMs: 0 }, 0, 'expired'],
    ['a revoked key', { isRevoked: true }, expiresAtMs, 'revoked'],
    ['a revoked key, long before it expires', { isRevoked: true, expiresAtMs }, 0, 'revoked'],
    ['a revoked key that has expired too', { isRevoked: true, expiresAtMs }, expiresAtMs, 'revoked'],
    ['a revoked key whose user moved', { isRevoked: true, ownerMoved: true }, 0, 'revoked'],
    ['a key whose user moved', { ownerMoved: true }, 0, 'owner_moved'],
    ['an expired key whose user moved', { ownerMoved: true, expiresAtMs }, expiresAtMs, 'expired'],
  ])('on %s', (_, facts, nowMs, verdict) => {
    expect(judge(recordWith(facts), nowMs)).toBe(verdict)
  })

  test('on a revoked key is the same at any time', () => {
    const record = recordWith({ isRevoked: true, expiresAtMs })

    const times = [Number.NEGATIVE_INFINITY, -1, 0, expiresAtMs - 1, expiresAtMs, Number.MAX_SAFE_INTEGER]

    expect(new Set(times.map((nowMs) => judge(record, nowMs)))).toEqual(new Set(['revoked']))
  })

  test('does not depend on a date that was handed out, and could be changed', () => {
    const record = recordWith({ expiresAtMs })

    record.principal.apiKey.expiresAt?.setTime(expiresAtMs * 2)

    expect(judge(record, expiresAtMs)).toBe('expired')
  })
})
