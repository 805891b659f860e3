import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'

const database = useDatabase()

describe('authenticate', () => {
  test.each([undefined, null, 7, {}, ['ak_'], '', 'ak_', 'nonsense', '\0'])(
    'refuses %j as it refuses any malformed key, without a query',
    async (secret) => {
      const { prisma, countQueries } = openPrisma(database)
      const keyring = openKeyring({ prisma, cache: false })

      const authenticating = keyring.authenticate(secret as never)

      await expect(authenticating).rejects.toMatchObject({ code: 'invalid_api_key', reason: 'malformed' })
      expect(countQueries()).toBe(0)
    },
  )

  test('hands out a principal that nobody can change', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { secret } = await keyring.issue({
      ...(await database.addTenant()),
      name: 'CI',
      scopes: ['orders:read'],
    })

    const principal = await keyring.authenticate(secret)

    const parts = [principal, principal.apiKey, principal.apiKey.scopes, principal.tenant, principal.user]
    expect(parts.map(Object.isFrozen)).toEqual(parts.map(() => true))
  })
})
