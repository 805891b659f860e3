import { describe, expect, test } from '@jest/globals'
import type { LimitOptions } from 'express-api-keys'
import { parseLimitOptions } from '../../src/keyring/limit-options.js'

describe('a wrong option of limits', () => {
  const noList =
    'must be a list of 1 to 8 limits of different windows, such as "10/s", "1000/h", "10/s+50/m", "5000/day", "100000/month" or "500/lifetime"'
  const noPrefix = 'must be 1 to 64 letters, digits and any of "_.:-"'
  const noAttempts = 'must be false or like "100/m"'
  const noCounters = 'must be "postgres" or a client of ioredis or redis'

  test.each<[option: string, options: Record<string, unknown>, mend: string, owner?: string]>([
    ['perKey', { perKey: [] }, noList],
    ['perTenant', { perTenant: ['10/week'] }, noList],
    ['rateCounters', { rateCounters: 'redis' }, `must be "memory", ${noCounters.slice(8)}`],
    ['quotaCounters', { quotaCounters: 'memory' }, noCounters],
    ['counterTimeoutMs', { counterTimeoutMs: 0 }, 'must be a whole number, 1 or more'],
    ['counterPrefix', { counterPrefix: '' }, noPrefix],
    ['counterPrefix', { counterPrefix: 'a'.repeat(65) }, noPrefix],
    ['counterPrefix', { counterPrefix: 'a b' }, noPrefix],
    ['counterPrefix', { counterPrefix: ' ab' }, noPrefix],
    ['counterPrefix', { counterPrefix: 7 }, noPrefix],
    ['failedAttempts', { failedAttempts: true }, noAttempts],
    ['failedAttempts', { failedAttempts: '100/day' }, noAttempts],
    ['failedAttempts', { failedAttempts: '10/s+20/m' }, noAttempts],
    ['failedAttempts', { failedAttempts: 'many' }, noAttempts],
    ['rates', { onCountersLost: { rates: 'allow' } }, 'must be "memory" or "refuse"', '.onCountersLost'],
    ['quotas', { onCountersLost: { quotas: 'memory' } }, 'must be "refuse" or "allow"', '.onCountersLost'],
    [
      'lost',
      { onCountersLost: { lost: 'memory' } },
      'does not exist; the options are rates, quotas',
      '.onCountersLost',
    ],
  ])('names %s of %j, and the mend', (option, options, mend, within = '') => {
    const message = `createKeyring, limits${within}: option "${option}" ${mend}`

    expect(() => parseLimitOptions('createKeyring', options as LimitOptions)).toThrow(
      expect.objectContaining({ code: 'invalid_option', message }),
    )
  })

  test('is none by default', () => {
    expect(parseLimitOptions('createKeyring', {})).toMatchObject({
      ...{ perKey: null, perTenant: null, rateCounters: 'memory', quotaCounters: 'postgres' },
      ...{ counterTimeoutMs: 250, counterPrefix: 'api-keys', insuresRates: true, allowsUncounted: false },
      failedAttempts: { kind: 'rate', most: 100, windowMs: 60_000 },
    })
  })

  test('is not one that is right', () => {
    const client = { defineCommand() {} }
    const options: LimitOptions = {
      ...{ perKey: ['10/s'], perTenant: ['5/day'], rateCounters: 'postgres', quotaCounters: client },
      ...{ counterTimeoutMs: 1, counterPrefix: 'a_B.:-9'.padEnd(64, 'x'), failedAttempts: false },
      onCountersLost: { rates: 'refuse', quotas: 'allow' },
    }

    expect(parseLimitOptions('createKeyring', options)).toMatchObject({
      ...{ perKey: [{ text: '10/s' }], perTenant: [{ text: '5/day' }], rateCounters: 'postgres' },
      ...{ quotaCounters: client, counterTimeoutMs: 1, counterPrefix: options.counterPrefix },
      ...{ insuresRates: false, allowsUncounted: true, failedAttempts: null },
    })
    expect(parseLimitOptions('createKeyring', { rateCounters: client })).toMatchObject({
      rateCounters: client,
    })
  })
})
