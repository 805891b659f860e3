import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { outcomeOf, refusedAfterMs, untilHealth } from '../support/watched-keyring.js'

const database = useDatabase()
const BOUND_MS = 2_000
/** Longer than any lease lasts. */
const LONG_MS = 2_500

const sessions: pg.Client[] = []
afterEach(() => Promise.all(sessions.splice(0).map((session) => session.end())))

async function openTransaction(): Promise<pg.Client> {
  const session = new pg.Client({ connectionString: database.url })
  sessions.push(session)
  await session.connect()
  await session.query('BEGIN')
  return session
}

const revokeIn = (session: pg.Client, id: string) =>
  session.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id])

async function openWithKeys(count: number) {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  const keys = await Promise.all(
    Array.from({ length: count }, (_, n) => keyring.issue({ ...owner, name: `key ${n}` })),
  )
  const [first, second = first] = keys.map(({ apiKey, secret }) => ({ id: apiKey.id, secret }))
  if (first === undefined || second === undefined) throw new Error('there must be a key')
  await untilHealth(keyring, first.secret, { lease: 'fresh', feed: 'notify' })
  await outcomeOf(keyring, second.secret)
  return { keyring, first, second }
}

async function outcomesFor(ms: number, ask: () => Promise<string>): Promise<string[]> {
  const outcomes = new Set<string>()
  for (const end = Date.now() + ms; Date.now() < end; await sleep(10)) outcomes.add(await ask())
  return [...outcomes]
}

describe('a revocation inside a transaction', () => {
  test('counts from its commit, however long that takes', async () => {
    const { keyring, first } = await openWithKeys(1)
    const session = await openTransaction()

    await revokeIn(session, first.id)
    const before = await outcomesFor(LONG_MS, () => outcomeOf(keyring, first.secret))
    await session.query('COMMIT')
    const latency = await refusedAfterMs(keyring, first.secret, BOUND_MS + 1_000)

    expect(before).toEqual(['passed'])
    expect(latency).toBeLessThanOrEqual(BOUND_MS)
  })

  test('never counts when it is rolled back', async () => {
    const { keyring, first } = await openWithKeys(1)
    const session = await openTransaction()

    await revokeIn(session, first.id)
    await session.query('ROLLBACK')
    const after = await outcomesFor(LONG_MS, () => outcomeOf(keyring, first.secret))

    expect(after).toEqual(['passed'])
  })

  test('is not hidden by one that began before it and commits first', async () => {
    const { keyring, first, second } = await openWithKeys(2)
    const [early, late] = [await openTransaction(), await openTransaction()]

    await revokeIn(early, first.id)
    const waiting = revokeIn(late, second.id)
    await sleep(100)
    await early.query('COMMIT')
    const ofEarly = await refusedAfterMs(keyring, first.secret, BOUND_MS + 1_000)
    await waiting
    const meanwhile = await outcomesFor(1_000, () => outcomeOf(keyring, second.secret))
    await late.query('COMMIT')
    const ofLate = await refusedAfterMs(keyring, second.secret, BOUND_MS + 1_000)

    expect(meanwhile).toEqual(['passed'])
    expect(Math.max(ofEarly, ofLate)).toBeLessThanOrEqual(BOUND_MS)
  })

  test('counts with a savepoint rolled back beside it', async () => {
    const { keyring, first, second } = await openWithKeys(2)
    const session = await openTransaction()

    await revokeIn(session, first.id)
    await session.query('SAVEPOINT here')
    await revokeIn(session, second.id)
    await session.query('ROLLBACK TO here')
    await session.query('COMMIT')
    const latency = await refusedAfterMs(keyring, first.secret, BOUND_MS + 1_000)
    const other = await outcomesFor(LONG_MS, () => outcomeOf(keyring, second.secret))

    expect(latency).toBeLessThanOrEqual(BOUND_MS)
    expect(other).toEqual(['passed'])
  })
})
