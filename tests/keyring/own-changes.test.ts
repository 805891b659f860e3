import { describe, expect, test } from '@jest/globals'
import type { Keyring } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'
import { outcomeOf, untilHealth } from '../support/watched-keyring.js'

const database = useDatabase()

/** A keyring that would not read the epoch again for a while, nor hear of it, with a key in its memory. */
async function openSlowPolling() {
  const { prisma, countQueries } = openPrisma(database)
  const cache = { leaseMs: 60_000, heartbeatMs: 20_000, heartbeatTimeoutMs: 10_000 }
  const keyring = openKeyring({ prisma, cache })
  const owner = await database.addTenant()
  const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'] })
  await untilHealth(keyring, secret, { lease: 'fresh', cachedKeys: 1 })
  countQueries()
  const isKept = (await outcomeOf(keyring, secret)) === 'passed' && countQueries() === 0
  return { keyring, secret, isKept, key: { tenantId: owner.tenantId, id: apiKey.id } }
}

interface Key {
  readonly tenantId: string
  readonly id: string
}

describe('what a process has changed itself', () => {
  test.each<[verb: string, change: (keyring: Keyring, key: Key) => Promise<unknown>]>([
    ['revoke', (keyring, key) => keyring.revoke(key)],
    ['revoke with its family', (keyring, key) => keyring.revoke({ ...key, family: true })],
    ['revokeAll', (keyring, { tenantId }) => keyring.revokeAll({ tenantId })],
    ['rotate', (keyring, key) => keyring.rotate(key)],
  ])('by %s it obeys at once, announced or not', async (_, change) => {
    const { keyring, secret, isKept, key } = await openSlowPolling()

    await change(keyring, key)

    expect(isKept).toBe(true)
    expect(await outcomeOf(keyring, secret)).toBe('invalid_api_key')
  })

  test('by update it obeys at once, announced or not', async () => {
    const { keyring, secret, isKept, key } = await openSlowPolling()

    await keyring.update({ ...key, name: 'CD', scopes: [] })

    const { apiKey, grants } = await keyring.authenticate(secret)
    expect([isKept, apiKey.name, grants.covers('orders:read')]).toEqual([true, 'CD', false])
  })

  test('is nothing when the change failed, and known keys stay known', async () => {
    const { keyring, key } = await openSlowPolling()

    await expect(keyring.update({ ...key, ifVersion: 9 })).rejects.toMatchObject({
      code: 'precondition_failed',
    })

    expect((await keyring.health()).cachedKeys).toBe(1)
  })
})
