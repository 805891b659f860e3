import { DEFAULT_PROBLEM_TYPE_BASE, DEFAULT_REALM } from '../express/options.js'
import { requireQuotable } from '../express/quotable.js'
import type { Host, TextHost } from '../key/host.js'
import type { Scope } from '../key/scope.js'
import type { Keyring } from '../keyring/keyring.js'
import { invalidOption, refuseUnknownOptions, requireFunction } from '../options.js'
import { type Authorize, routerFactory } from './actor.js'

/** What `apiKeyRouter` takes: whose keys it manages, and who may. */
export interface ApiKeyRouterOptions<H extends Host = TextHost, S extends Scope = Scope> {
  /** The keys that are managed. */
  readonly keyring: Keyring<H, S>
  /**
   * Says who sends a request and what they may do; asked first, at every request. `authorizeByKey()` is one. Where it
   * reads cookies, protect them from other sites, as for any route that changes something.
   */
  readonly authorize: Authorize<H>
  /** The protection space named in challenges; default `api`. */
  readonly realm?: string
  /** What problem types begin with; default `urn:problem:express-api-keys:`. */
  readonly problemTypeBase?: string
}

const optionNames = ['keyring', 'authorize', 'realm', 'problemTypeBase']
const keyringVerbs = [
  ...(['issue', 'list', 'get', 'update', 'rotate', 'revoke', 'events', 'usage'] as const),
  'findSecretIn',
] as const

/** Throws `invalid_option`, naming the option. */
export function parseRouterOptions(options: ApiKeyRouterOptions<Host>): Required<ApiKeyRouterOptions<Host>> {
  refuseUnknownOptions(routerFactory, options, optionNames)
  const { realm = DEFAULT_REALM, problemTypeBase = DEFAULT_PROBLEM_TYPE_BASE } = options
  return {
    keyring: requireKeyring(options.keyring),
    authorize: requireAuthorize(options.authorize),
    realm: requireQuotable(routerFactory, 'realm', realm),
    problemTypeBase: requireQuotable(routerFactory, 'problemTypeBase', problemTypeBase),
  }
}

function requireKeyring(keyring: Keyring<Host>): Keyring<Host> {
  if (keyringVerbs.every((verb) => typeof keyring?.[verb] === 'function')) return keyring
  throw invalidOption(routerFactory, 'keyring', 'must be what createKeyring() returned')
}

function requireAuthorize(authorize: Authorize<Host>): Authorize<Host> {
  if (authorize !== undefined) return requireFunction(routerFactory, 'authorize', authorize)
  throw invalidOption(
    routerFactory,
    'authorize',
    'must say who sends a request: authorizeByKey() or a function of your own',
  )
}
