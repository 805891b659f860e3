import { describe, expect, test } from '@jest/globals'
import type { IssuedKey } from 'express-api-keys'
import pg from 'pg'
import { createUsageWriter } from '../../src/store/usage.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openPrisma } from '../support/prisma.js'
import { usesAt } from '../support/uses.js'

const database = useDatabase()
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** A key whose end waits for the first use of its successor. */
async function rotateUntilUsed({ graceMs = MINUTE_MS, deadlineMs = HOUR_MS } = {}) {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const old = await keyring.issue({ ...owner, name: 'CI' })
  const key = { tenantId: owner.tenantId, id: old.apiKey.id }
  const successor = await keyring.rotate({ ...key, graceMs, graceFrom: 'first-use', deadlineMs })
  return { keyring, old, key, successor, write: openWriter(), rotatedMs: Number(successor.apiKey.createdAt) }
}

const used = ({ apiKey }: IssuedKey, atMs: number) => usesAt([apiKey.id], atMs)
const openWriter = () => createUsageWriter(openPrisma(database).prisma, 'public', 10_000)
const endOf = async (id: string) => {
  const [row] = await database.query(
    'SELECT expires_at, grace_after_use_ms AS waits FROM api_keys WHERE id = $1',
    [id],
  )
  return { endsMs: Number(row?.expires_at), waits: row?.waits !== null }
}

describe('a key whose grace begins with the first use of its successor', () => {
  test('ends a grace after that use, once it is written', async () => {
    const { old, successor, write, rotatedMs } = await rotateUntilUsed()
    const usedMs = rotatedMs + 10 * MINUTE_MS

    await write(used(successor, usedMs))

    expect(await endOf(old.apiKey.id)).toEqual({ endsMs: usedMs + MINUTE_MS, waits: false })
  })

  test('is refused when both are used and the grace is over', async () => {
    const { keyring, old, successor } = await rotateUntilUsed({ graceMs: 0 })
    await keyring.authenticate(old.secret)
    await keyring.authenticate(successor.secret)

    await keyring.close()

    const other = openKeyring({ databaseUrl: database.url })
    await expect(other.authenticate(old.secret)).rejects.toMatchObject({ reason: 'expired' })
    expect((await other.authenticate(successor.secret)).apiKey.id).toBe(successor.apiKey.id)
  })

  test('lives until the deadline while the successor is not used, or used late', async () => {
    const { old, successor, write, rotatedMs } = await rotateUntilUsed()
    const before = await endOf(old.apiKey.id)

    await write(used(successor, rotatedMs + HOUR_MS - 1_000))

    expect(before).toEqual({ endsMs: rotatedMs + HOUR_MS, waits: true })
    expect(await endOf(old.apiKey.id)).toEqual({ endsMs: rotatedMs + HOUR_MS, waits: false })
  })

  test('ends once: later uses move nothing', async () => {
    const { old, successor, write, rotatedMs } = await rotateUntilUsed()
    await write(used(successor, rotatedMs + 1_000))
    const ended = await endOf(old.apiKey.id)

    await write(used(successor, rotatedMs + 2_000))
    await Promise.all([3_000, 4_000].map((ms) => write(used(successor, rotatedMs + ms))))

    expect(await endOf(old.apiKey.id)).toEqual(ended)
    const events = await database.query(
      `SELECT actor_kind, details FROM api_key_events WHERE api_key_id = $1 AND type = 'updated'`,
      [old.apiKey.id],
    )
    expect(events).toEqual([
      {
        actor_kind: 'system',
        details: {
          before: { expiresAt: new Date(rotatedMs + HOUR_MS).toISOString() },
          after: { expiresAt: new Date(rotatedMs + 1_000 + MINUTE_MS).toISOString() },
          firstUseOf: successor.apiKey.id,
        },
      },
    ])
  })

  test('that somebody is changing ends with a later flush', async () => {
    const { old, successor, write, rotatedMs } = await rotateUntilUsed()
    const host = new pg.Client({ connectionString: database.url })
    await host.connect()
    await host.query('BEGIN')
    await host.query(`UPDATE api_keys SET name = 'held' WHERE id = $1`, [old.apiKey.id])
    const uses = used(successor, rotatedMs + 1_000)

    const { left } = await write(uses)
    const waiting = await endOf(old.apiKey.id)
    await host.query('COMMIT')
    await host.end()
    const { left: leftLater } = await write(left)

    expect([...left.keys()]).toEqual([successor.apiKey.id])
    expect(waiting.waits).toBe(true)
    expect(leftLater.size).toBe(0)
    expect(await endOf(old.apiKey.id)).toEqual({ endsMs: rotatedMs + 1_000 + MINUTE_MS, waits: false })
  })

  test('that was revoked meanwhile stays revoked', async () => {
    const { keyring, key, successor, write, rotatedMs } = await rotateUntilUsed()
    const revoked = await keyring.revoke(key)

    await write(used(successor, rotatedMs + 1_000))

    expect((await keyring.get(key))?.revokedAt).toEqual(revoked.revokedAt)
  })

  test('costs flushes of other keys nothing', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const issued = await Promise.all([1, 2, 3].map((n) => keyring.issue({ ...owner, name: `key ${n}` })))
    const { prisma, countQueries } = openPrisma(database)
    const write = createUsageWriter(prisma, 'public', 10_000)
    countQueries()

    await write(
      usesAt(
        issued.map(({ apiKey }) => apiKey.id),
        Date.UTC(2030, 0, 1),
      ),
    )

    // BEGIN, the limit and the write; COMMIT is not counted.
    expect(countQueries()).toBe(3)
  })
})
