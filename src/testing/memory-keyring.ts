import { systemClock } from '../clock.js'
import { type ApiKeyEvent, contained } from '../events.js'
import type { Host, TextHost } from '../key/host.js'
import { withImported } from '../key/imported-secret.js'
import { ownKeys } from '../key/own-keys.js'
import type { Scope } from '../key/scope.js'
import type { Grantable, ScopeDefinition } from '../key/scope-definition.js'
import { secretFormat } from '../key/secret.js'
import type { Admit } from '../keyring/admission.js'
import { createAdmit } from '../keyring/authenticate.js'
import { closeOnce } from '../keyring/close-once.js'
import { createVerbs } from '../keyring/create-verbs.js'
import { closedHealth, type KeyringHealth } from '../keyring/health.js'
import { parseImported } from '../keyring/imported-option.js'
import type { Keyring } from '../keyring/keyring.js'
import { type LimitOptions, parseLimitOptions } from '../keyring/limit-options.js'
import { parsePrefix } from '../keyring/options.js'
import { parseScopes } from '../keyring/scopes-option.js'
import { toKeyring } from '../keyring/to-keyring.js'
import { createLimiter } from '../limits/create-limiter.js'
import { createFailedAttempts, uncounted } from '../limits/failed-attempts.js'
import { createMemoryCounters } from '../limits/flexible-counters.js'
import { refuseUnknownOptions, requireFunction } from '../options.js'
import { createUsageRecorder } from '../usage/recorder.js'
import { createMemoryOwners, type MemoryTenant, type MemoryUser } from './memory-owners.js'
import { createMemoryStore } from './memory-store.js'

/** What `createMemoryKeyring` takes; all are optional. */
export interface MemoryKeyringOptions<Name extends Scope = Scope> {
  /** What secrets begin with; default `ak`. */
  readonly prefix?: string
  /** What imported keys begin with, as of `createKeyring`. */
  readonly imported?: readonly string[]
  /** What `defineScopes()` returned, as of `createKeyring`; default: keys may be given any scope. */
  readonly scopes?: ScopeDefinition<Name>
  /** As those of `createKeyring`; quotas are counted in memory too. */
  readonly limits?: Pick<LimitOptions, 'perKey' | 'perTenant' | 'failedAttempts'>
  /** The tenants there are. Default: whichever a key is issued for, as `{ id }`. */
  readonly tenants?: readonly MemoryTenant[]
  /** The users there are, each of one tenant. Default: whichever a key is issued for, as `{ id, tenantId }`. */
  readonly users?: readonly MemoryUser[]
  /** Hears what the keyring and its middleware decide. */
  readonly onEvent?: (event: ApiKeyEvent) => unknown
}

const factory = 'createMemoryKeyring'
const inMemory: KeyringHealth = Object.freeze({
  database: 'up',
  lease: 'off',
  feed: 'off',
  why: 'keys are in the memory of this process',
  cachedKeys: 0,
  epoch: null,
})

/**
 * A keyring for tests, without a database: its keys live in the memory of the process, and end with it. It does all that one
 * on PostgreSQL does, one verb at a time, with the same rules; what triggers and constraints add there, it has not. Throws
 * `invalid_option`.
 *
 * @example
 * const keyring = createMemoryKeyring()
 * const app = createApp({ keyring })
 * const { secret } = await keyring.issue({ tenantId: 't1', userId: 'u1', name: 'test', scopes: ['orders:read'] })
 */
export function createMemoryKeyring<H extends Host = TextHost, Name extends Scope = Scope>(
  options: MemoryKeyringOptions<Name> = {},
): Keyring<H, Grantable<Name>> {
  // It hands out what it was given, so of whichever types that is.
  return assembleInMemory(options) as unknown as Keyring<H, Grantable<Name>>
}

function assembleInMemory(options: MemoryKeyringOptions): Keyring<Host> {
  refuseUnknownOptions(factory, options, [
    ...['prefix', 'imported', 'scopes', 'limits', 'tenants', 'users', 'onEvent'],
  ])
  const { limits: asked = {}, tenants, users } = options
  const prefix = parsePrefix(factory, options.prefix)
  const imported = parseImported(factory, options.imported, prefix)
  const scopes = parseScopes(factory, options.scopes)
  requireFunction(factory, 'onEvent', options.onEvent)
  refuseUnknownOptions(`${factory}, limits`, asked, ['perKey', 'perTenant', 'failedAttempts'])
  const limits = parseLimitOptions(factory, asked)
  const format = withImported(secretFormat(prefix), imported)
  const observe = contained(options.onEvent ?? (() => {}))
  const store = createMemoryStore(createMemoryOwners(factory, tenants, users), systemClock)
  const usage = createUsageRecorder({ observe, write: store.write, resolutionMs: 1, flushMs: 5_000 })
  const limiter = createLimiter({
    ...limits,
    rates: createMemoryCounters(),
    quotas: createMemoryCounters(),
    waitMs: limits.counterTimeoutMs,
  })
  const { failedAttempts } = limits
  const admitting = {
    ...{ format, limiter, usage, find: store.find },
    failedAttempts:
      failedAttempts === null ? uncounted : createFailedAttempts(failedAttempts, systemClock, 1_000),
  }

  const { isClosed, refuseWhenClosed, close } = closeOnce(usage.close)
  const inTransaction: typeof store.inTransaction = async (...work) => {
    refuseWhenClosed()
    return store.inTransaction(...work)
  }
  const whileOpen =
    (admit: Admit): Admit =>
    (...asked) => {
      refuseWhenClosed()
      return admit(...asked)
    }
  return toKeyring({
    ...{ prefix, imported, close },
    ...createVerbs({
      ...{ format, inTransaction, scopes, limiter },
      defaultLimits: limits.perKey,
      own: ownKeys(prefix, imported),
      flush: usage.flush,
    }),
    admit: whileOpen(createAdmit({ ...admitting, findKept: store.find })),
    admitFresh: whileOpen(createAdmit(admitting)),
    findSecretIn: format.findIn,
    health: async () => (isClosed() ? closedHealth : inMemory),
    observe: options.onEvent === undefined ? undefined : observe,
  })
}
