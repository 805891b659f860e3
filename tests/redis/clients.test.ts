import { afterAll, describe, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { redisUrl } from '../support/redis.js'
import { outcomeOf } from '../support/watched-keyring.js'

const database = useDatabase()
const ioredis = new Redis(redisUrl())
const nodeRedis = createClient({ url: redisUrl() })
afterAll(() => {
  ioredis.disconnect()
  nodeRedis.destroy()
})

async function openClient(name: string) {
  if (name === 'ioredis') return ioredis
  if (!nodeRedis.isOpen) await nodeRedis.connect()
  return nodeRedis
}

describe.each(['ioredis', 'redis'])('with a client of %s', (name) => {
  test('rates and quotas are counted in Redis, by all keyrings together', async () => {
    const client = await openClient(name)
    const open = () =>
      openKeyring({ databaseUrl: database.url, limits: { rateCounters: client, quotaCounters: client } })
    const [one, other] = [open(), open()]
    const owner = await database.addTenant()
    const rated = await one.issue({ ...owner, name: 'rated', limits: ['4/24h'] })
    const ended = await one.issue({ ...owner, name: 'ended', limits: ['3/lifetime'] })

    const outcomes = []
    for (let n = 0; n < 3; n += 1) {
      for (const keyring of [one, other]) outcomes.push(await outcomeOf(keyring, rated.secret))
    }
    for (let n = 0; n < 2; n += 1) {
      for (const keyring of [one, other]) outcomes.push(await outcomeOf(keyring, ended.secret))
    }
    const { quotas } = await other.usage({ tenantId: owner.tenantId, id: ended.apiKey.id })

    expect(outcomes).toEqual([
      ...Array(4).fill('passed'),
      ...Array(2).fill('rate_limited'),
      ...Array(3).fill('passed'),
      'quota_exhausted',
    ])
    expect(quotas).toEqual([expect.objectContaining({ name: '3/lifetime', limit: 3, remaining: 0 })])
  })

  test('what ends is gone from Redis when it has ended, and what does not stays', async () => {
    const client = await openClient(name)
    const keyring = openKeyring({
      databaseUrl: database.url,
      limits: { rateCounters: client, quotaCounters: client },
    })
    const owner = await database.addTenant()
    const limits = ['9/s', '9/h', '9/month', '9/lifetime'] as const
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', limits })

    await keyring.authenticate(secret)

    const names = await ioredis.keys(`*${apiKey.id}*`)
    const lives = await Promise.all(names.map(async (key) => [key, await ioredis.ttl(key)] as const))
    const lifeOf = (part: string) => lives.find(([key]) => key.includes(part))?.[1] ?? Number.NaN
    expect(names).toHaveLength(4)
    expect(lifeOf(':1s:')).toBeLessThanOrEqual(6)
    expect(lifeOf(':3600s:')).toBeLessThanOrEqual(3_605)
    expect(lifeOf(':month:')).toBeGreaterThan(27 * 86_400)
    expect(lifeOf(':lifetime')).toBe(-1)
  })

  test('applications with a counterPrefix each count apart', async () => {
    const client = await openClient(name)
    const open = (counterPrefix: string) =>
      openKeyring({
        databaseUrl: database.url,
        limits: { rateCounters: client, quotaCounters: client, counterPrefix },
      })
    const [shop, again, stock] = [open('shop'), open('shop'), open('stock')]
    const owner = await database.addTenant()
    const { apiKey, secret } = await shop.issue({ ...owner, name: 'CI', limits: ['1/24h'] })

    const outcomes = []
    for (const keyring of [shop, again, stock, stock]) outcomes.push(await outcomeOf(keyring, secret))

    const names = await ioredis.keys(`*${apiKey.id}*`)
    expect(outcomes).toEqual(['passed', 'rate_limited', 'passed', 'rate_limited'])
    expect(names.map((counter) => counter.split(':')[0]).toSorted()).toEqual(['shop', 'stock'])
  })
})
