import { describe, expect, test } from '@jest/globals'
import type { IssueInput, KeyringOptions, LimitOptions } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { outcomeOf } from '../support/watched-keyring.js'

const database = useDatabase()

describe('limits and places of a key', () => {
  test.each<[field: string, input: Record<string, unknown>]>([
    ['limits', { limits: [] }],
    ['limits', { limits: ['10/week'] }],
    ['limits', { limits: ['10/s', '20/s'] }],
    ['limits', { limits: '10/s' }],
    ['limits', { limits: { rates: [] } }],
    ['allowedCidrs', { allowedCidrs: [] }],
    ['allowedCidrs', { allowedCidrs: ['10.0.0.1/8'] }],
    ['allowedCidrs', { allowedCidrs: ['everywhere'] }],
    ['allowedCidrs', { allowedCidrs: ['::ffff:0127.0.0.1'] }],
    ['allowedCidrs', { allowedCidrs: ['::01.2.3.4'] }],
    ['allowedCidrs', { allowedCidrs: '10.0.0.0/8' }],
  ])('are refused as %s: %j', async (field, input) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI' })

    const issuing = keyring.issue({ ...owner, name: 'CI', ...input } as unknown as IssueInput)
    const updating = keyring.update({ tenantId: owner.tenantId, id: apiKey.id, ...input })

    await expect(issuing).rejects.toMatchObject({ code: 'invalid_input', field })
    await expect(updating).rejects.toMatchObject({ code: 'invalid_input', field })
  })

  test('are told in the trail when they change', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI', limits: ['10/s'] })
    const key = { tenantId: owner.tenantId, id: apiKey.id }

    await keyring.update({ ...key, limits: ['20/s'], allowedCidrs: ['10.0.0.0/8'] })

    const { events } = await keyring.events(key)
    expect(events.map(({ details }) => details)).toEqual([
      {
        before: { limits: ['10/s'], allowedCidrs: null },
        after: { limits: ['20/s'], allowedCidrs: ['10.0.0.0/8'] },
      },
      expect.objectContaining({ limits: ['10/s'] }),
    ])
  })

  test('bound what a key that manages keys may give', async () => {
    const keyring = openKeyring({ databaseUrl: database.url, limits: { perKey: ['100/s'] } })
    const owner = await database.addTenant()
    const bounded = { limits: ['10/s'], allowedCidrs: ['10.0.0.0/8'] } as const
    const { secret } = await keyring.issue({ ...owner, name: 'm', scopes: ['*'], ...bounded })
    const issuer = await keyring.authenticate(secret, { address: '10.0.0.1' })
    const { apiKey: wide } = await keyring.issue({ ...owner, name: 'wide' })
    const fields = { ...owner, name: 'child', issuer }
    const key = { tenantId: owner.tenantId, id: wide.id, issuer }

    const child = await keyring.issue({ ...fields, ...bounded })
    const refused = await Promise.allSettled([
      keyring.issue({ ...fields, ...bounded, limits: null }),
      keyring.issue({ ...fields, ...bounded, limits: ['11/s'] }),
      keyring.issue({ ...fields, ...bounded, allowedCidrs: null }),
      keyring.issue({ ...fields, ...bounded, allowedCidrs: ['0.0.0.0/0'] }),
      keyring.rotate(key),
      keyring.update({ ...key, limits: ['10/s'] }),
      keyring.update({ tenantId: owner.tenantId, id: child.apiKey.id, issuer, limits: null }),
    ])

    expect(refused.map((outcome) => 'reason' in outcome && outcome.reason.code)).toEqual(
      refused.map(() => 'exceeds_issuer'),
    )
  })

  test.each<[what: string, column: string, value: string]>([
    ['limits', 'limits', '{10/s,20/s}'],
    ['limits', 'limits', '{9/0s}'],
  ])('that are %s nobody can read are trouble, not freedom', async (_, column, value) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI' })
    await database.query(`UPDATE api_keys SET ${column} = $1 WHERE id = $2`, [value, apiKey.id])

    const outcome = await outcomeOf(openKeyring({ databaseUrl: database.url }), secret)
    const successor = await keyring.rotate({ tenantId: owner.tenantId, id: apiKey.id })

    expect(outcome).toBe('store_unavailable')
    expect(await outcomeOf(keyring, successor.secret)).toBe('store_unavailable')
  })

  test.each([
    ['limits', '{nonsense}'],
    ['limits', '{NULL}'],
    ['limits', null],
    ['limits', '{10/s,10/week}'],
    ['allowed_cidrs', '{nonsense}'],
    ['allowed_cidrs', '{10.0.0.1/8}'],
    ['allowed_cidrs', '{NULL}'],
    ['allowed_cidrs', null],
  ])('are refused by the database itself: %s %j', async (column, value) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { apiKey } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })

    const writing = database.query(`UPDATE api_keys SET ${column} = $1 WHERE id = $2`, [value, apiKey.id])

    await expect(writing).rejects.toThrow()
  })

  test('that change by plain SQL step the epoch and the version', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { apiKey } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const read = async () => {
      const [row] = await database.query(
        `SELECT epoch::int, (SELECT version FROM api_keys WHERE id = $1) FROM api_key_epoch`,
        [apiKey.id],
      )
      return row as { epoch: number; version: number }
    }
    const before = await read()

    await database.query(`UPDATE api_keys SET limits = '{1/s}' WHERE id = $1`, [apiKey.id])
    await database.query(`UPDATE api_keys SET allowed_cidrs = '{10.0.0.0/8}' WHERE id = $1`, [apiKey.id])

    expect(await read()).toEqual({ epoch: before.epoch + 2, version: before.version + 2 })
  })
})

describe('the option limits', () => {
  const redisLike = { defineCommand: () => {} }

  test.each<[string, unknown, string]>([
    ['perKey', { perKey: [] }, 'must be a list of 1 to 8 limits'],
    ['perKey', { perKey: ['10/week'] }, 'must be a list of 1 to 8 limits'],
    ['perTenant', { perTenant: '10/s' }, 'must be a list of 1 to 8 limits'],
    [
      'rateCounters',
      { rateCounters: 'redis' },
      'must be "memory", "postgres" or a client of ioredis or redis',
    ],
    ['quotaCounters', { quotaCounters: 'memory' }, 'must be "postgres" or a client of ioredis or redis'],
    ['quotaCounters', { quotaCounters: {} }, 'must be "postgres" or a client of ioredis or redis'],
    ['counterTimeoutMs', { counterTimeoutMs: 0 }, 'must be a whole number'],
    ['failedAttempts', { failedAttempts: '100/day' }, 'must be false or like "100/m"'],
    ['failedAttempts', { failedAttempts: true }, 'must be false or like "100/m"'],
    ['rates', { onCountersLost: { rates: 'allow' } }, 'must be "memory" or "refuse"'],
    ['quotas', { onCountersLost: { quotas: 'memory' } }, 'must be "refuse" or "allow"'],
    ['perkey', { perkey: ['10/s'] }, 'does not exist; the options are perKey,'],
  ])('throws for a wrong %s where it is given', (option, limits, why) => {
    const options: KeyringOptions = { databaseUrl: database.url, limits: limits as LimitOptions }

    expect(() => openKeyring(options)).toThrow(new RegExp(`createKeyring, limits.*"${option}" .*${why}`))
  })

  test('takes whatever looks like a client of Redis', () => {
    const rateCounters = redisLike as never

    expect(() => openKeyring({ databaseUrl: database.url, limits: { rateCounters } })).not.toThrow()
  })
})
