import { type Limit, type ParsedLimit, parseLimit, parseLimits, type Rate } from '../key/limit.js'
import { isRedisClient, type RedisClient } from '../limits/flexible-counters.js'
import { invalidOption, refuseUnknownOptions, requireWholeNumber } from '../options.js'
import { LIMITS_FORM } from './key-input.js'

/** How much keys may be used, and where that is counted. */
export interface LimitOptions {
  /** For every key without limits of its own, such as `['10/s', '1000/h']`; default none. */
  readonly perKey?: readonly Limit[]
  /** For all keys of a tenant together; default none. */
  readonly perTenant?: readonly Limit[]
  /**
   * Where limits such as `10/s` are counted. `memory` (default): each process counts for itself, so N processes allow N
   * times as much. A client of `ioredis` or `redis`, or `postgres`: all processes count together.
   */
  readonly rateCounters?: 'memory' | 'postgres' | RedisClient
  /** Where limits such as `5000/day` are counted, exactly, by all processes together; default `postgres`. */
  readonly quotaCounters?: 'postgres' | RedisClient
  /** The longest wait for Redis, in milliseconds; default 250. For PostgreSQL it is `queryTimeoutMs`. */
  readonly counterTimeoutMs?: number
  /**
   * What names in Redis begin with, 1 to 64 letters, digits and `_.:-`; default `api-keys`. Applications on one Redis
   * whose tenants may have the same ids each need their own.
   */
  readonly counterPrefix?: string
  /** What happens to requests while counters do not answer. */
  readonly onCountersLost?: {
    /** `memory` (default): each process counts for itself until they are back. `refuse`: 503. */
    readonly rates?: 'memory' | 'refuse'
    /** `refuse` (default): 503. `allow`: requests pass uncounted. */
    readonly quotas?: 'refuse' | 'allow'
  }
  /**
   * How many refused credentials an address may send, such as `100/m` (default), before all it sends is answered with
   * 429. Counted in each process. `false` for no end of them.
   */
  readonly failedAttempts?: false | Limit
}

export interface ParsedLimitOptions {
  readonly perKey: readonly ParsedLimit[] | null
  readonly perTenant: readonly ParsedLimit[] | null
  readonly rateCounters: 'memory' | 'postgres' | RedisClient
  readonly quotaCounters: 'postgres' | RedisClient
  readonly counterTimeoutMs: number
  readonly counterPrefix: string
  readonly insuresRates: boolean
  readonly allowsUncounted: boolean
  readonly failedAttempts: Rate | null
}

const names = [
  ...['perKey', 'perTenant', 'rateCounters', 'quotaCounters', 'counterTimeoutMs', 'onCountersLost'],
  ...['counterPrefix', 'failedAttempts'],
]

/** The options `limits` of what a factory takes. Throws `invalid_option`, naming the factory and the option. */
export function parseLimitOptions(factory: string, options: LimitOptions): ParsedLimitOptions {
  const within = `${factory}, limits`
  refuseUnknownOptions(within, options, names)
  const { rateCounters = 'memory', quotaCounters = 'postgres', onCountersLost = {} } = options
  const lost = `${within}.onCountersLost`
  refuseUnknownOptions(lost, onCountersLost, ['rates', 'quotas'])
  const { rates = 'memory', quotas = 'refuse' } = onCountersLost
  if (!['memory', 'refuse'].includes(rates))
    throw invalidOption(lost, 'rates', 'must be "memory" or "refuse"')
  if (!['refuse', 'allow'].includes(quotas))
    throw invalidOption(lost, 'quotas', 'must be "refuse" or "allow"')
  return {
    perKey: requireLimitList(within, 'perKey', options.perKey),
    perTenant: requireLimitList(within, 'perTenant', options.perTenant),
    rateCounters:
      rateCounters === 'memory' ? rateCounters : requireShared(within, 'rateCounters', rateCounters),
    quotaCounters: requireShared(within, 'quotaCounters', quotaCounters),
    counterTimeoutMs: requireWholeNumber(within, 'counterTimeoutMs', options.counterTimeoutMs ?? 250),
    counterPrefix: requireCounterPrefix(within, options.counterPrefix ?? 'api-keys'),
    insuresRates: rates === 'memory',
    allowsUncounted: quotas === 'allow',
    failedAttempts: requireAttempts(within, options.failedAttempts ?? '100/m'),
  }
}

function requireLimitList(
  within: string,
  option: string,
  limits: readonly Limit[] | undefined,
): readonly ParsedLimit[] | null {
  if (limits === undefined) return null
  const parsed = parseLimits(limits)
  if (parsed === null) throw invalidOption(within, option, LIMITS_FORM.replace('null or ', ''))
  return parsed
}

function requireShared(
  within: string,
  option: string,
  counters: 'postgres' | RedisClient,
): 'postgres' | RedisClient {
  if (counters === 'postgres' || isRedisClient(counters)) return counters
  const memory = option === 'rateCounters' ? '"memory", ' : ''
  throw invalidOption(within, option, `must be ${memory}"postgres" or a client of ioredis or redis`)
}

function requireCounterPrefix(within: string, prefix: string): string {
  if (typeof prefix === 'string' && /^[\w.:-]{1,64}$/.test(prefix)) return prefix
  throw invalidOption(within, 'counterPrefix', 'must be 1 to 64 letters, digits and any of "_.:-"')
}

function requireAttempts(within: string, limit: false | Limit): Rate | null {
  if (limit === false) return null
  const parsed = parseLimit(limit)
  if (parsed?.kind === 'rate' && parsed.burst === null) return parsed
  throw invalidOption(within, 'failedAttempts', 'must be false or like "100/m"')
}
