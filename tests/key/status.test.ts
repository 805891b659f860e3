import { describe, expect, test } from '@jest/globals'
import { type KeyStatus, keyStatus } from '../../src/key/status.js'
import { judge } from '../../src/key/verdict.js'
import { keyRecord } from '../coherence/key-record.js'

const NOON_MS = Date.UTC(2026, 10, 23, 12)
const at = (ms: number) => new Date(NOON_MS + ms)

const cases: [expiresAt: Date | null, revokedAt: Date | null, status: KeyStatus][] = [
  [null, null, 'active'],
  [at(1), null, 'active'],
  [at(0), null, 'expired'],
  [at(-1), null, 'expired'],
  [new Date(Number.NaN), null, 'expired'],
  [null, at(0), 'revoked'],
  [at(-1), at(-2), 'revoked'],
  [at(1), at(1), 'revoked'],
  [null, new Date(Number.NaN), 'revoked'],
]

describe('the status of a key', () => {
  test.each(cases)('that expires at %s and was revoked at %s is %s', (expiresAt, revokedAt, status) => {
    const { apiKey } = keyRecord('any').principal

    expect(keyStatus({ ...apiKey, expiresAt, revokedAt }, NOON_MS)).toBe(status)
  })

  test.each(cases.filter(([expiresAt]) => !Number.isNaN(expiresAt?.getTime())))(
    'that expires at %s and was revoked at %s is what requests are told: %s',
    (expiresAt, revokedAt, status) => {
      const expiresAtMs = expiresAt === null ? null : expiresAt.getTime()

      expect(judge(keyRecord('any', { expiresAtMs, isRevoked: revokedAt !== null }), NOON_MS)).toBe(status)
    },
  )
})
