import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { askAtOnce, deploy } from '../support/deployment.js'
import { longestWaitMs, startLoad, statuses } from '../support/load.js'
import { openRedis, redisUrl } from '../support/redis.js'
import { openTcpProxy } from '../support/tcp-proxy.js'

const database = useDatabase()

describe('while Redis is stopped under load, and started again', () => {
  test('rates are counted by each process for itself, and no request fails or waits', async () => {
    const redis = await openRedis()
    const { secret, servers } = await deploy(database, { limits: ['60/24h'] }, {}, { redisUrl: redis.url })
    const before = await askAtOnce(servers, secret, 8).then(() => askAtOnce(servers, secret, 112))
    const loads = servers.map((server) => startLoad(server, secret, 10))
    await sleep(300)

    await redis.stop()
    await sleep(2_000)
    const accepted = loads.map(({ answers }) => answers.filter(({ status }) => status === 200).length)
    await redis.start()
    await sleep(3_000)
    const answers = (await Promise.all(loads.map((load) => load.stop()))).flat()

    expect(before).toEqual({ 200: 52, 429: 60 })
    // What was counted in Redis is not known while it is away.
    expect(accepted).toEqual([60, 60, 60, 60])
    expect(statuses(answers)).toEqual([200, 429])
    expect(longestWaitMs(answers)).toBeLessThan(1_500)
    for (const { events } of servers) {
      const told = events.filter(({ type }) => type.startsWith('counters'))
      expect(told.map(({ type, counters }) => `${type} ${counters}`)).toEqual([
        'counters_lost rates',
        'counters_regained rates',
      ])
    }
  }, 120_000)

  test('requests with a quota are refused with 503, and pass again when it is back', async () => {
    const redis = await openRedis()
    const { secret, servers } = await deploy(
      database,
      { limits: ['1000000/day'] },
      {},
      { redisUrl: redis.url },
    )
    const before = await askAtOnce(servers, secret, 8)

    await redis.stop()
    await sleep(300)
    const meanwhile = await askAtOnce(servers, secret, 40)
    await redis.start()
    await sleep(4_000)
    const afterwards = await askAtOnce(servers, secret, 8)

    expect([before, meanwhile, afterwards]).toEqual([{ 200: 8 }, { 503: 40 }, { 200: 8 }])
  }, 120_000)
})

describe.each<[how: string, hurt: (proxy: Awaited<ReturnType<typeof openTcpProxy>>) => void]>([
  ['answers nothing', (proxy) => proxy.freeze()],
  ['takes two seconds for everything', (proxy) => proxy.delay(2_000)],
])('while Redis %s', (_, hurt) => {
  test('a request waits a moment at most, and most do not wait', async () => {
    const proxy = await openTcpProxy(redisUrl())
    const { secret, servers } = await deploy(database, { limits: ['1000000/m'] }, {}, { redisUrl: proxy.url })
    const warming = servers.map((server) => startLoad(server, secret, 20))
    await sleep(1_000)
    await Promise.all(warming.map((load) => load.stop()))
    hurt(proxy)

    const loads = servers.map((server) => startLoad(server, secret, 20))
    await sleep(3_000)
    const answers = (await Promise.all(loads.map((load) => load.stop()))).flat()

    const waits = answers.map(({ sentAt, answeredAt }) => answeredAt - sentAt).toSorted((a, b) => a - b)
    expect(statuses(answers)).toEqual([200])
    expect(longestWaitMs(answers)).toBeLessThan(1_500)
    expect(waits[Math.floor(waits.length / 2)]).toBeLessThan(100)
  }, 120_000)
})
