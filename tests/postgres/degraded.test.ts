import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent, Keyring } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'

const database = useDatabase()

async function refusedWithin(keyring: Keyring, secret: string, limitMs: number): Promise<number> {
  const start = Date.now()
  while (Date.now() - start < limitMs) {
    const outcome = await keyring.authenticate(secret).then(
      () => 'passed',
      ({ code }) => code,
    )
    if (outcome === 'invalid_api_key') return Date.now() - start
    await sleep(5)
  }
  return Number.POSITIVE_INFINITY
}

async function settle(keyring: Keyring, secret: string): Promise<void> {
  await keyring.authenticate(secret)
  await sleep(2_500)
  await keyring.authenticate(secret)
}

describe('a listener that is refused', () => {
  test('leaves the keyring polling through the client, within the bound', async () => {
    const refused = new URL(database.url)
    refused.username = 'nobody_of_this_name'
    const { prisma } = openPrisma(database)
    const keyring = openKeyring({ prisma, databaseUrl: refused.href })
    const owner = await database.addTenant()
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI' })
    await settle(keyring, secret)

    const health = await keyring.health()
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [apiKey.id])
    const latency = await refusedWithin(keyring, secret, 5_000)

    expect(health).toMatchObject({ lease: 'fresh', feed: 'poll', cachedKeys: 1 })
    expect(latency).toBeLessThanOrEqual(2_000)
  })
})

describe('a databaseUrl of another database than the client’s', () => {
  test('is found out, and not listened to', async () => {
    const { prisma } = openPrisma(database)
    const keyring = openKeyring({ prisma, databaseUrl: String(process.env.DATABASE_URL) })
    const { secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    await settle(keyring, secret)

    const health = await keyring.health()

    expect(health).toMatchObject({ lease: 'fresh', feed: 'poll' })
  })
})

describe('a host that took only the model', () => {
  test('gets right answers from the database, and is told once how to have them kept', async () => {
    await database.query('DROP TRIGGER api_key_epoch_on_update ON api_keys')
    await database.query('DROP TRIGGER api_key_epoch_on_delete ON api_keys')
    await database.query('DROP TABLE api_key_epoch')
    const said: ApiKeyEvent[] = []
    const keyring = openKeyring({
      databaseUrl: database.url,
      onEvent: (event) => event.type === 'feed_changed' && said.push(event),
    })
    const owner = await database.addTenant()
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI' })
    await settle(keyring, secret)

    const health = await keyring.health()
    await keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id })
    const after = keyring.authenticate(secret)

    await expect(after).rejects.toMatchObject({ reason: 'revoked' })
    expect(health).toMatchObject({ database: 'up', lease: 'lost', feed: 'none', cachedKeys: 0 })
    expect(said).toEqual([
      {
        type: 'feed_changed',
        feed: 'none',
        why: 'the table api_key_epoch does not exist',
        mend: expect.stringContaining('prisma migrate deploy'),
      },
    ])
  })
})
