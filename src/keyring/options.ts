import type { CacheSettings } from '../coherence/create-coherence.js'
import type { ApiKeyEvent } from '../events.js'
import type { Scope } from '../key/scope.js'
import type { KnownScopes, ScopeDefinition } from '../key/scope-definition.js'
import { isPrefix } from '../key/secret.js'
import { invalidOption, refuseUnknownOptions, requireFunction, requireWholeNumber } from '../options.js'
import type { AnyApiKeyClient, ApiKeyClient } from '../store/client.js'
import type { Fitting, Known, Selection } from '../store/host-of.js'
import type { NeededColumns } from '../store/needed-columns.js'
import { type CacheOptions, parseCacheOptions } from './cache-options.js'
import { parseColumns } from './columns.js'
import { parseImported } from './imported-option.js'
import { type LimitOptions, type ParsedLimitOptions, parseLimitOptions } from './limit-options.js'
import { parseScopes } from './scopes-option.js'

/** What does not depend on the host's models. */
export interface KeyringSettings<Name extends Scope = Scope> {
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
   * What keys of another system begin with that were imported, such as `['sk_live_']`; default none. Whatever begins so
   * is looked up by its SHA-256.
   */
  readonly imported?: readonly string[]
  /**
   * The longest wait for the database, in milliseconds; default 1000. Then `store_unavailable`. An answer may be as
   * old as this: where it is longer than `cache.leaseMs`, it is what bounds the obedience to a change.
   */
  readonly queryTimeoutMs?: number
  /** How answers are kept; `false` asks the database at every request. */
  readonly cache?: false | CacheOptions
  /** What `defineScopes()` returned: keys are given no other scopes, and the compiler knows them. Default: any. */
  readonly scopes?: ScopeDefinition<Name>
  /** How much keys may be used. Default: no limits, and 100 failed attempts a minute from an address. */
  readonly limits?: LimitOptions
  /** A key's use is written at most once in this time, in milliseconds; default 60000. */
  readonly lastUsedResolutionMs?: number
  /** Hears every event of this keyring and, unless they have an observer of their own, of its middleware. */
  readonly onEvent?: (event: ApiKeyEvent) => unknown
}

/** What `createKeyring` takes; all are optional. */
export interface KeyringOptions<
  Client = ApiKeyClient,
  TenantOfUser extends string = string,
  Chosen extends Selection<Client> = Selection<Client>,
  Name extends Scope = Scope,
> extends KeyringSettings<Name> {
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

export interface ParsedKeyringOptions {
  readonly prefix: string
  readonly imported: readonly string[]
  readonly queryTimeoutMs: number
  readonly lastUsedResolutionMs: number
  readonly cache: false | CacheSettings
  readonly limits: ParsedLimitOptions
  readonly columns: NeededColumns
  readonly scopes: KnownScopes | undefined
}

export const factory = 'createKeyring'
const names = [
  ...[
    'prisma',
    'tenantOfUser',
    'select',
    'databaseUrl',
    'schema',
    'prefix',
    'queryTimeoutMs',
    'cache',
    'limits',
  ],
  ...['imported', 'scopes', 'lastUsedResolutionMs', 'onEvent'],
]

export function parseKeyringOptions(options: AnyKeyringOptions): ParsedKeyringOptions {
  refuseUnknownOptions(factory, options, names)
  const { queryTimeoutMs = 1_000, lastUsedResolutionMs = 60_000 } = options
  const { cache = {}, limits = {} } = options
  requireFunction(factory, 'onEvent', options.onEvent)
  const prefix = parsePrefix(factory, options.prefix)
  return {
    prefix,
    imported: parseImported(factory, options.imported, prefix),
    queryTimeoutMs: requireWholeNumber(factory, 'queryTimeoutMs', queryTimeoutMs),
    lastUsedResolutionMs: requireWholeNumber(factory, 'lastUsedResolutionMs', lastUsedResolutionMs),
    cache: cache === false ? false : parseCacheOptions(factory, cache),
    limits: parseLimitOptions(factory, limits),
    columns: parseColumns(options),
    scopes: parseScopes(factory, options.scopes),
  }
}

export function parsePrefix(factory: string, prefix = 'ak'): string {
  if (isPrefix(prefix)) return prefix
  throw invalidOption(factory, 'prefix', 'must be like "ak" or "acme_live", at most 20 characters')
}
