import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { outcomeOf, refusedAfterMs, untilHealth } from '../support/watched-keyring.js'

const database = useDatabase()
const BOUND_MS = 2_000

async function openWithKey() {
  const keyring = openKeyring({ databaseUrl: database.url })
  const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
  await untilHealth(keyring, secret, { lease: 'fresh', feed: 'notify' })
  return { keyring, id: apiKey.id, secret }
}

describe('an announcement that nobody committed', () => {
  test.each<[what: string, payload: string]>([
    ['junk', 'junk'],
    ['a probe of another', 'probe 00000000-0000-0000-0000-000000000000'],
    ['a step of no known stamp', '{"epoch":"999999999","stamp":"a","before":"b","hashes":[]}'],
    ['a step of the wrong kind', '{"epoch":-1,"stamp":null,"before":[],"hashes":{}}'],
    ['an epoch that is no number', '{"epoch":"x","stamp":"a","before":"b","hashes":null}'],
  ])('as %s, 500 times, opens and closes nothing', async (_, payload) => {
    const { keyring, id, secret } = await openWithKey()
    const forging = (async () => {
      for (let sent = 0; sent < 500; sent += 1)
        await database.query(`SELECT pg_notify('api_keys.public', $1)`, [payload])
    })()

    const during: string[] = []
    for (const end = Date.now() + 300; Date.now() < end; await sleep(5)) {
      during.push(await outcomeOf(keyring, secret))
    }
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id])
    const latency = await refusedAfterMs(keyring, secret, BOUND_MS + 1_000)
    await forging
    const after = await outcomeOf(keyring, secret)
    const health = await keyring.health()

    expect(new Set(during)).toEqual(new Set(['passed']))
    expect(latency).toBeLessThanOrEqual(BOUND_MS)
    expect(after).toBe('invalid_api_key')
    expect(health).toMatchObject({ lease: 'fresh', feed: 'notify' })
  })
})
