import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { askAtOnce, deploy } from '../support/deployment.js'
import { redisUrl } from '../support/redis.js'

const database = useDatabase()
/** What is late on a busy machine is not what is tested here. */
const patient = { counterTimeoutMs: 10_000 }

describe('four processes that count in one Redis', () => {
  test('let exactly 100 of 500 requests at once pass, of a quota of 100', async () => {
    const { secret, servers } = await deploy(database, { limits: ['100/month'] }, patient, {
      redisUrl: redisUrl(),
    })

    const counts = await askAtOnce(servers, secret, 500)

    expect(counts).toEqual({ 200: 100, 429: 400 })
  }, 120_000)

  test('hold a limit of 100 a second within 2 %, at 2,000 requests a second', async () => {
    const { secret, servers } = await deploy(database, { limits: ['100/s'] }, patient, {
      redisUrl: redisUrl(),
    })
    await Promise.all(servers.map((server) => server.hammer({ secret, perSecond: 50, ms: 500 })))

    const results = await Promise.all(
      servers.map((server) => server.hammer({ secret, perSecond: 500, ms: 7_000 })),
    )

    const asked = results.reduce((sum, result) => sum + result.asked, 0)
    const times = results.flatMap(({ passedAt }) => passedAt)
    const [first = 0] = times.toSorted((one, other) => one - other)
    // From the middle of a window, where none pass: at its edge, clocks that differ by a moment would split what passes.
    const from = Math.ceil(first / 1_000) * 1_000 + 500
    const inFiveSeconds = times.filter((time) => time >= from && time < from + 5_000).length
    expect(asked).toBeGreaterThan(13_000)
    expect(Math.abs(inFiveSeconds - 500)).toBeLessThanOrEqual(10)
  }, 120_000)
})
