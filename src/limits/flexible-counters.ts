import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible'
import type { Counter, CounterStore } from '../key/counter.js'
import { type Counters, roomFor } from './counters.js'

/** Clocks of processes may differ by this much and find the same counter. */
const MARGIN_SECONDS = 5
/** Node's timers take no longer time, and ring at once. A month is longer; the next one has another counter. */
const LONGEST_TIMER_SECONDS = 2_147_483
// Of no meaning here: how much there is, and for how long, is each counter's own.
const unused = { points: 1, duration: 1 }

/** A client of Redis that the application has made: of `ioredis`, or of `redis`. */
export type RedisClient = IoredisClient | NodeRedisClient

interface IoredisClient {
  defineCommand(name: string, definition: { lua: string; numberOfKeys?: number }): void
}

interface NodeRedisClient {
  readonly isReady: boolean
  eval(script: string, options?: { keys?: string[]; arguments?: string[] }): Promise<unknown>
}

export function isRedisClient(value: unknown): value is RedisClient {
  if (typeof value !== 'object' || value === null) return false
  return isIoredis(value) || ('isReady' in value && 'eval' in value && typeof value.eval === 'function')
}

function isIoredis(client: object): client is IoredisClient {
  return 'defineCommand' in client && typeof client.defineCommand === 'function'
}

/** Of this process alone: of several, each allows as much. */
export function createMemoryCounters(): Counters {
  const store = createStore(new RateLimiterMemory(unused), LONGEST_TIMER_SECONDS)
  return {
    take: (counter, most) => store.take(counter, most, 1),
    giveBack: (counter) => void store.giveBack(counter, 1),
    read: store.read,
  }
}

/** Of all processes on one Redis that give their counters the same names. */
export function createRedisCounters(client: RedisClient, keyPrefix: string): CounterStore {
  return createStore(
    new RateLimiterRedis({
      ...unused,
      storeClient: client,
      useRedisPackage: !isIoredis(client),
      keyPrefix,
      // Commands would else queue up until it is back.
      rejectIfRedisNotReady: true,
    }),
  )
}

/** What is to live longer than `longestSeconds` lives for ever. */
function createStore(limiter: RateLimiterAbstract, longestSeconds = Infinity): CounterStore {
  function lifeOf({ lengthMs }: Counter): { customDuration: number } {
    const seconds = lengthMs === null ? 0 : Math.ceil(lengthMs / 1_000) + MARGIN_SECONDS
    return { customDuration: seconds > longestSeconds ? 0 : seconds }
  }
  async function giveBack(counter: Counter, count: number): Promise<void> {
    const { consumedPoints } = await limiter.reward(counter.name, count, lifeOf(counter))
    // Of a Redis that was emptied meanwhile.
    if (consumedPoints < 0) await limiter.penalty(counter.name, -consumedPoints, lifeOf(counter))
  }
  return {
    async take(counter, most, count) {
      const { consumedPoints } = await limiter.penalty(counter.name, count, lifeOf(counter))
      const before = consumedPoints - count
      // What is refused is not spent: a quota that is raised later begins where it was.
      const refused = count - roomFor(count, before, most)
      if (refused > 0) await giveBack(counter, refused)
      return before
    },
    giveBack,
    async read({ name }) {
      return (await limiter.get(name))?.consumedPoints ?? 0
    },
  }
}
