import { describe, expect, test } from '@jest/globals'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../src/store/generated/client.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'

const database = useDatabase()

async function issueKey() {
  const owner = await database.addTenant()
  const { secret } = await openKeyring({ databaseUrl: database.url }).issue({ ...owner, name: 'CI' })
  return { ...owner, secret }
}

describe('a client of the host’s', () => {
  test('that leaves columns out by default still finds keys, and sees that a user has moved', async () => {
    const adapter = new PrismaPg({ connectionString: database.url })
    const omit = {
      apiKey: { keyHash: true, limits: true, allowedCidrs: true },
      tenant: { id: true },
      user: { id: true, tenantId: true },
    }
    const prisma = new PrismaClient({ adapter, omit })
    const keyring = openKeyring({ prisma, cache: false })
    const { secret, tenantId, userId } = await issueKey()
    const other = await database.addTenant()

    const principal = await keyring.authenticate(secret)
    await database.query('UPDATE users SET tenant_id = $1 WHERE id = $2', [other.tenantId, userId])
    const moved = keyring.authenticate(secret)

    await expect(moved).rejects.toMatchObject({ code: 'invalid_api_key', reason: 'owner_moved' })
    expect(principal).toMatchObject({
      apiKey: { tenantId, userId },
      tenant: { name: expect.any(String) },
      user: { tenantId, email: expect.any(String) },
    })
    await prisma.$disconnect()
  })

  test('that computes fields has them on the principal', async () => {
    const prisma = openPrisma(database).prisma.$extends({
      result: { user: { domain: { needs: { email: true }, compute: ({ email }) => email.split('@')[1] } } },
    })
    const keyring = openKeyring({ prisma, cache: false })
    const { secret } = await issueKey()

    const { user } = await keyring.authenticate(secret)

    expect(user).toMatchObject({ domain: expect.any(String) })
    expect(Object.isFrozen(user)).toBe(true)
  })

  test('whose computing fails for one row has that one refused as corrupt, and no other', async () => {
    const [broken, fine] = [await issueKey(), await issueKey()]
    const prisma = openPrisma(database).prisma.$extends({
      result: {
        user: {
          domain: {
            needs: { id: true },
            compute({ id }) {
              if (id === broken.userId) throw new Error('no domain')
              return 'example.com'
            },
          },
        },
      },
    })
    const keyring = openKeyring({ prisma, cache: false })

    const [ofBroken, ofFine] = await Promise.allSettled(
      [broken, fine].map(({ secret }) => keyring.authenticate(secret)),
    )

    expect(ofBroken).toMatchObject({ status: 'rejected', reason: { reason: 'corrupt_record' } })
    expect(ofFine).toMatchObject({ status: 'fulfilled' })
  })
})
