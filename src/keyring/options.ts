import type { CacheSettings } from '../coherence/create-coherence.js'
import { MARGIN_MS } from '../coherence/lease.js'
import type { ApiKeyEvent } from '../events.js'
import { isKeyPrefix } from '../key/secret.js'
import { invalidOption, refuseUnknownOptions, requireFunction, requireWholeNumber } from '../options.js'
import type { AnyApiKeyClient, ApiKeyClient } from '../store/client.js'
import type { Fitting, Known, Selection } from '../store/host-of.js'
import type { NeededColumns } from '../store/needed-columns.js'
import { parseColumns } from './columns.js'
import { type LimitOptions, type ParsedLimitOptions, parseLimitOptions } from './limit-options.js'

/** What does not depend on the host's models. */
export interface KeyringSettings {
  /**
   * The database: of the package's own client, and of the connection on which changes are announced. Default: the
   * environment's `DATABASE_URL`. Behind a pooler in transaction mode, give the URL of a direct connection.
   */
  readonly databaseUrl?: string
  /**
   * The schema of the tables; default: the `schema` parameter of the database's URL, else `public`, as Prisma has it.
   * It must be the one of the client's adapter.
   */
  readonly schema?: string
  /** What secrets begin with; default `ak`. Lower-case letters, digits and single underscores, at most 20. */
  readonly prefix?: string
  /**
   * The longest wait for the database, in milliseconds; default 1000. Then `store_unavailable`. An answer may be as
   * old as this: where it is longer than `cache.leaseMs`, it is what bounds the obedience to a change.
   */
  readonly queryTimeoutMs?: number
  /** How answers are kept; `false` asks the database at every request. */
  readonly cache?: false | CacheOptions
  /** How much keys may be used. Default: no limits, and 100 failed attempts a minute from an address. */
  readonly limits?: LimitOptions
  /** A key's use is written at most once in this time, in milliseconds; default 60000. */
  readonly lastUsedResolutionMs?: number
  /** Hears every event of this keyring and, unless they have an observer of their own, of its middleware. */
  readonly onEvent?: (event: ApiKeyEvent) => unknown
}

export interface KeyringOptions<
  Client = ApiKeyClient,
  TenantOfUser extends string = string,
  Chosen extends Selection<Client> = Selection<Client>,
> extends KeyringSettings {
  /**
   * The application's own Prisma client; it must have the `ApiKey` model. The types of its ids, tenants and users become
   * those of the keyring. Default: a client of the package's own.
   */
  readonly prisma?: Client & Fitting<Client, NoInfer<TenantOfUser>>
  /**
   * The field of the user's model that holds the id of its tenant; default `tenantId`. `id` where keys have one owner,
   * tenant and user at once.
   */
  readonly tenantOfUser?: TenantOfUser
  /**
   * The columns that `req.tenant` and `req.user` have, as in `{ user: { id: true, email: true } }`. Default: all
   * columns. It goes with `prisma`.
   */
  readonly select?: Chosen & Known<Client, Chosen>
}

/** As it is worked with: of whatever host. */
export interface AnyKeyringOptions extends KeyringSettings {
  readonly prisma?: AnyApiKeyClient
  readonly tenantOfUser?: string
  readonly select?: object
}

export interface CacheOptions {
  /** Keys kept in memory, about 1 KiB each; default 50000. The least recently used goes first. */
  readonly maxKeys?: number
  /** A change is obeyed at most this long after its commit, in milliseconds, whatever fails; default 2000. */
  readonly leaseMs?: number
  /** The pause between two heartbeats, in milliseconds; default 500. */
  readonly heartbeatMs?: number
  /** How long a heartbeat may take, in milliseconds; default 600. Two may fail within a lease. */
  readonly heartbeatTimeoutMs?: number
}

export interface ParsedKeyringOptions {
  readonly prefix: string
  readonly queryTimeoutMs: number
  readonly lastUsedResolutionMs: number
  readonly cache: false | CacheSettings
  readonly limits: ParsedLimitOptions
  readonly columns: NeededColumns
}

export const owner = 'createKeyring'
const names = [
  'prisma',
  'tenantOfUser',
  'select',
  'databaseUrl',
  'schema',
  'prefix',
  'queryTimeoutMs',
  'cache',
  'limits',
  'lastUsedResolutionMs',
  'onEvent',
]
const cacheNames = ['maxKeys', 'leaseMs', 'heartbeatMs', 'heartbeatTimeoutMs']

export function parseKeyringOptions(options: AnyKeyringOptions): ParsedKeyringOptions {
  refuseUnknownOptions(owner, options, names)
  const { prefix = 'ak', queryTimeoutMs = 1_000, lastUsedResolutionMs = 60_000 } = options
  const { cache = {}, limits = {} } = options
  if (!isKeyPrefix(prefix)) {
    throw invalidOption(owner, 'prefix', 'must be like "ak" or "acme_live", at most 20 characters')
  }
  requireFunction(owner, 'onEvent', options.onEvent)
  return {
    prefix,
    queryTimeoutMs: requireWholeNumber(owner, 'queryTimeoutMs', queryTimeoutMs),
    lastUsedResolutionMs: requireWholeNumber(owner, 'lastUsedResolutionMs', lastUsedResolutionMs),
    cache: cache === false ? false : parseCacheOptions(cache),
    limits: parseLimitOptions(limits),
    columns: parseColumns(options),
  }
}

function parseCacheOptions(cache: CacheOptions): CacheSettings {
  if (typeof cache !== 'object' || cache === null)
    throw invalidOption(owner, 'cache', 'must be false or an object')
  const within = `${owner}, cache`
  refuseUnknownOptions(within, cache, cacheNames)
  const { maxKeys = 50_000, leaseMs = 2_000, heartbeatMs = 500, heartbeatTimeoutMs = 600 } = cache
  for (const [name, value] of Object.entries({ maxKeys, leaseMs, heartbeatMs, heartbeatTimeoutMs })) {
    requireWholeNumber(within, name, value)
  }
  const least = heartbeatMs + 2 * heartbeatTimeoutMs + MARGIN_MS
  if (leaseMs < least) {
    throw invalidOption(
      within,
      'leaseMs',
      `must leave room for two missed heartbeats: heartbeatMs + 2 × heartbeatTimeoutMs + ${MARGIN_MS} = ${least} or more`,
    )
  }
  return { maxKeys, leaseMs, heartbeatMs, heartbeatTimeoutMs }
}
