import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { UsageInput } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const today = () => new Date().toISOString().slice(0, 10)

async function openUsed() {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const issued = await keyring.issue({ ...owner, name: 'CI', limits: ['5/day'] })
  const key = { tenantId: owner.tenantId, id: issued.apiKey.id }
  const use = async (times: number) => {
    for (let n = 0; n < times; n += 1) await keyring.authenticate(issued.secret).catch(() => {})
  }
  return { keyring, owner, ...issued, key, use }
}

describe('usage', () => {
  test('tells requests and refusals of today, those of this very moment too', async () => {
    const { keyring, key, use } = await openUsed()
    await use(7)

    const { days, quotas } = await keyring.usage(key)

    expect(days).toHaveLength(30)
    expect(days.at(-1)).toEqual({ day: today(), requests: 7, refused: 2 })
    expect(quotas).toEqual([
      { name: '5/day', limit: 5, remaining: 0, windowSeconds: 86_400, resetSeconds: expect.any(Number) },
    ])
  })

  test('adds up what several processes have counted, and what they count later', async () => {
    const { keyring, key, use, secret } = await openUsed()
    const other = openKeyring({ databaseUrl: database.url })
    await use(2)
    await other.authenticate(secret)
    await Promise.all([keyring.usage(key), other.usage(key)])
    await use(1)

    const { days } = await keyring.usage(key)

    expect(days.at(-1)).toEqual({ day: today(), requests: 4, refused: 0 })
  })

  test('counts refusals of a key that is revoked, for somebody still uses it', async () => {
    const { keyring, key, use } = await openUsed()
    await keyring.revoke(key)
    await use(3)

    const { days } = await keyring.usage(key)

    expect(days.at(-1)).toEqual({ day: today(), requests: 3, refused: 3 })
  })

  test('tells every day that is asked for, used or not, in their order', async () => {
    const { keyring, key } = await openUsed()
    await database.query(
      `INSERT INTO api_key_usage (api_key_id, day, requests, refused) VALUES ($1, '2026-02-28', 5, 1),
       ($1, '2026-03-02', 4000000000, 0), ($1, '2026-03-04', 9, 9)`,
      [key.id],
    )

    const { days } = await keyring.usage({
      ...key,
      from: new Date('2026-02-28T23:59:59Z'),
      to: new Date('2026-03-03'),
    })

    expect(days).toEqual([
      { day: '2026-02-28', requests: 5, refused: 1 },
      { day: '2026-03-01', requests: 0, refused: 0 },
      { day: '2026-03-02', requests: 4_000_000_000, refused: 0 },
      { day: '2026-03-03', requests: 0, refused: 0 },
    ])
  })

  test('of a key of another tenant, or of none, is not found', async () => {
    const { keyring, key } = await openUsed()
    const { tenantId } = await database.addTenant()

    for (const asked of [
      { ...key, tenantId },
      { ...key, id: randomUUID() },
    ]) {
      await expect(keyring.usage(asked)).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  test.each<[field: string, input: Record<string, unknown>]>([
    ['from', { from: new Date('2026-02-02'), to: new Date('2026-02-01') }],
    ['from', { from: new Date('2020-01-01'), to: new Date('2026-02-01') }],
    ['from', { from: '2026-02-01' }],
    ['to', { to: new Date(Number.NaN) }],
    ['since', { since: new Date() }],
  ])('is refused for a wrong %s: %j', async (field, input) => {
    const { keyring, key } = await openUsed()

    const asked = { ...key, ...input } as unknown as UsageInput
    await expect(keyring.usage(asked)).rejects.toMatchObject({ code: 'invalid_input', field })
  })

  test.each(['TRUNCATE api_keys', 'DELETE FROM api_keys'])('goes with its key: %s', async (sql) => {
    const { keyring, key, use } = await openUsed()
    await use(1)
    await keyring.usage(key)

    await database.query(sql)

    expect(await database.query('SELECT FROM api_key_usage')).toEqual([])
  })

  test('goes with its tenant', async () => {
    const { keyring, key, use, owner } = await openUsed()
    await use(1)
    await keyring.usage(key)

    await database.query('DELETE FROM tenants WHERE id = $1', [owner.tenantId])

    expect(await database.query('SELECT FROM api_key_usage WHERE api_key_id = $1', [key.id])).toEqual([])
  })
})
