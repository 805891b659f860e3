import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { Keyring } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { openTcpProxy } from '../support/tcp-proxy.js'
import { outcomeOf } from '../support/watched-keyring.js'

const database = useDatabase()
/** As a user has it: a verb that waits for another longer than this fails. */
const queryTimeoutMs = 1_000

const alive = (tenantId: string) =>
  database.query('SELECT id FROM api_keys WHERE tenant_id = $1 AND revoked_at IS NULL', [tenantId])

const settled = (verb: Promise<unknown>): Promise<string> =>
  verb.then(
    () => 'done',
    ({ code }) => code,
  )

/** Does something again and again until it is told to stop; answers what came of it. */
function keepOn(work: () => Promise<unknown>) {
  let isOn = true
  const outcomes = (async () => {
    const seen = new Set<string>()
    while (isOn) seen.add(await settled(work()))
    return seen
  })()
  return () => {
    isOn = false
    return outcomes
  }
}

async function openWithManager(keyring: Keyring) {
  const owner = await database.addTenant()
  const { secret, apiKey } = await keyring.issue({ ...owner, name: 'manager', scopes: ['*'] })
  return { owner, issuer: await keyring.authenticate(secret), id: apiKey.id }
}

describe('a key that issues others while it is revoked', () => {
  test('leaves none of them when all keys of the tenant are', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })

    for (let round = 0; round < 20; round += 1) {
      const { owner, issuer } = await openWithManager(keyring)
      const stop = Array.from({ length: 3 }, () =>
        keepOn(() => keyring.issue({ ...owner, name: 'child', scopes: ['*'], issuer })),
      )
      await sleep(Math.random() * 20)

      await keyring.revokeAll({ tenantId: owner.tenantId })
      const left = await alive(owner.tenantId)
      await Promise.all(stop.map((end) => end()))

      expect([left, await alive(owner.tenantId)]).toEqual([[], []])
    }
  }, 60_000)

  test('issues nothing once its revocation is answered', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })

    for (let round = 0; round < 20; round += 1) {
      const { owner, issuer, id } = await openWithManager(keyring)
      const stop = Array.from({ length: 3 }, () =>
        keepOn(() => keyring.issue({ ...owner, name: 'child', issuer })),
      )
      await sleep(Math.random() * 20)

      await keyring.revoke({ tenantId: owner.tenantId, id })
      const atOnce = await alive(owner.tenantId)
      await Promise.all(stop.map((end) => end()))

      expect(await alive(owner.tenantId)).toHaveLength(atOnce.length)
    }
  }, 60_000)
})

describe('a family that goes on rotating while it is revoked', () => {
  test.each<
    [verb: string, revoke: (keyring: Keyring, key: { tenantId: string; id: string }) => Promise<unknown>]
  >([
    ['revoke', (keyring, key) => keyring.revoke({ ...key, family: true })],
    ['revokeAll', (keyring, { tenantId }) => keyring.revokeAll({ tenantId })],
  ])(
    'cannot fend off %s',
    async (_, revoke) => {
      const keyring = openKeyring({ databaseUrl: database.url, queryTimeoutMs })
      const outcomes: string[] = []

      for (let round = 0; round < 10; round += 1) {
        const { owner, id } = await openWithManager(keyring)
        const { tenantId } = owner
        let newest = id
        const rotate = async () => {
          newest = (await keyring.rotate({ tenantId, id: newest, graceMs: 60_000 })).apiKey.id
        }
        const stop = [keepOn(rotate), keepOn(rotate)]
        await sleep(30 + Math.random() * 20)

        outcomes.push(await settled(revoke(keyring, { tenantId, id })))
        await Promise.all(stop.map((end) => end()))
        expect(await alive(tenantId)).toEqual([])
      }

      expect(new Set(outcomes)).toEqual(new Set(['done']))
    },
    60_000,
  )
})

describe('many keys of one tenant', () => {
  test.each<[verb: string, end: (keyring: Keyring, tenantId: string) => Promise<unknown>]>([
    ['pruned', (keyring, tenantId) => keyring.prune({ tenantId, olderThanMs: 0 })],
    ['revoked', (keyring, tenantId) => keyring.revokeAll({ tenantId })],
  ])(
    'that are %s hold up no revocation of another',
    async (verb, end) => {
      const keyring = openKeyring({ databaseUrl: database.url, queryTimeoutMs })
      const [many, other] = [await database.addTenant(), await database.addTenant()]
      await database.query(
        `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash, expires_at)
       SELECT $1, $2, 'many', 'ak_many', encode(sha256(($3 || n)::bytea), 'hex'),
         CASE WHEN $3 = 'pruned' THEN now() - interval '1 day' END
       FROM generate_series(1, 12000) n`,
        [many.tenantId, many.userId, verb],
      )
      const outcomes = new Set<string>()
      let isEnding = true

      const ending = settled(end(keyring, many.tenantId)).finally(() => {
        isEnding = false
      })
      while (isEnding) {
        const { apiKey } = await keyring.issue({ ...other, name: 'CI' })
        outcomes.add(await settled(keyring.revoke({ tenantId: other.tenantId, id: apiKey.id })))
      }

      expect(await ending).toBe('done')
      expect(outcomes).toEqual(new Set(['done']))
    },
    60_000,
  )
})

describe('a connection that is cut while a key is loaded on it', () => {
  test.each(['cut', 'reset'] as const)('is a 503 of that load, and nothing more (%s)', async (how) => {
    const { secret } = await openKeyring({ databaseUrl: database.url }).issue({
      ...(await database.addTenant()),
      name: 'CI',
    })
    const proxy = await openTcpProxy(database.url)
    const keyring = openKeyring({ databaseUrl: proxy.url, queryTimeoutMs })
    const locker = await database.openSession()
    await locker.query('BEGIN')
    await locker.query('LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE')
    const during = outcomeOf(keyring, secret)
    await sleep(300)

    if (how === 'cut') await proxy.stop()
    else proxy.reset()
    const outcome = await during
    await locker.query('COMMIT')

    expect(outcome).toBe('store_unavailable')
  })
})
