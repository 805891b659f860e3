import { afterAll, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import { Redis } from 'ioredis'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { redisUrl } from '../support/redis.js'
import { openTcpProxy } from '../support/tcp-proxy.js'
import { outcomeOf } from '../support/watched-keyring.js'

const database = useDatabase()
const clients: Redis[] = []
afterAll(() => {
  for (const client of clients) client.disconnect()
})

test('a Redis that is some way off counts hundreds of keys at once, and no rate can be had twice', async () => {
  const proxy = await openTcpProxy(redisUrl())
  const client = new Redis(proxy.url)
  clients.push(client)
  const events: ApiKeyEvent[] = []
  const open = () =>
    openKeyring({
      ...{ databaseUrl: database.url, limits: { rateCounters: client, counterTimeoutMs: 1_000 } },
      onEvent: (event) => events.push(event),
    })
  const [keyring, other] = [open(), open()]
  const owner = await database.addTenant()
  const issuing = Array.from({ length: 300 }, (_, n) =>
    keyring.issue({ ...owner, name: `key ${n}`, limits: ['1/24h'] }),
  )
  const secrets = (await Promise.all(issuing)).map(({ secret }) => secret)
  for (const secret of secrets) await outcomeOf(other, secret)
  proxy.delay(25)

  const outcomes = await Promise.all(secrets.map((secret) => outcomeOf(keyring, secret)))

  expect(outcomes.filter((outcome) => outcome === 'rate_limited')).toHaveLength(300)
  expect(events.filter(({ type }) => type === 'counters_lost')).toEqual([])
}, 60_000)
