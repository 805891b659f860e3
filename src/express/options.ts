import { ApiKeyError } from '../errors.js'
import { type ApiKeyEvent, contained, type Observer } from '../events.js'
import { foreignTo, type IsForeign } from '../key/foreign-secret.js'
import { defaultKeyring } from '../keyring/default-keyring.js'
import type { RequestKeyring } from '../keyring/keyring.js'
import { invalidOption, refuseUnknownOptions, requireFunction } from '../options.js'
import type { OnDenied } from './on-denied.js'
import { requireQuotable } from './quotable.js'
import { type RateLimitHeaders, rateLimitHeaderKinds } from './rate-limit-headers.js'

export const DEFAULT_REALM = 'api'
export const DEFAULT_PROBLEM_TYPE_BASE = 'urn:problem:express-api-keys:'

const foreignTokens = ['refuse', 'ignore'] as const
/** What becomes of a bearer token that is not of this keyring: 401, or the next middleware. */
export type ForeignTokens = (typeof foreignTokens)[number]

/** How a middleware of `apiKeyAuth` finds keys and answers; all are optional. */
export interface ApiKeyAuthOptions {
  /** The keys to accept. Default: one keyring for the process, on `DATABASE_URL`. */
  readonly keyring?: RequestKeyring
  /** Lets requests without any key pass, with `req.apiKey === null`. A bad key is refused all the same. Default `false`. */
  readonly optional?: boolean
  /**
   * What becomes of a token that is none of the keyring's, such as a JWT or another keyring's key. `refuse` (default)
   * answers 401. `ignore` leaves the request, without a key, to what comes next: that has to refuse what it does not know,
   * as another `apiKeyAuth` or a guard does. What begins with the keyring's own prefix is never ignored.
   */
  readonly foreign?: ForeignTokens
  /** Request headers that may carry the key; default `['authorization']`, with the scheme `Bearer`. Others carry it bare. */
  readonly headers?: readonly string[]
  /** The protection space named in challenges; default `api`. */
  readonly realm?: string
  /** What problem types begin with; default `urn:problem:express-api-keys:`. */
  readonly problemTypeBase?: string
  /**
   * How clients are told of the limits of their keys: `draft-11` of the IETF's RateLimit headers (default), the older
   * `x-ratelimit`, both, or none of them. Keys without limits are told nothing.
   */
  readonly rateLimitHeaders?: readonly RateLimitHeaders[]
  /** Hears what this middleware and the guards after it decide. Default: the keyring's observer. */
  readonly onEvent?: (event: ApiKeyEvent) => unknown
  /** Answers refused requests in the host's own way. Default: problem details, as the README lists them. */
  readonly onDenied?: OnDenied
}

export interface ParsedAuthOptions {
  readonly keyring: RequestKeyring
  readonly optional: boolean
  readonly foreign: ForeignTokens
  /** By which a token is known as another's; `undefined` for a keyring that tells no prefix. */
  readonly isForeign: IsForeign | undefined
  /** In lower case. */
  readonly headers: readonly string[]
  readonly realm: string
  readonly problemTypeBase: string
  readonly rateLimitHeaders: readonly RateLimitHeaders[]
  readonly observe: Observer | undefined
  readonly onDenied: OnDenied | undefined
}

const factory = 'apiKeyAuth'
export const DEFAULT_RATE_LIMIT_HEADERS: readonly RateLimitHeaders[] = ['draft-11']

const optionNames = [
  ...['keyring', 'optional', 'foreign', 'headers', 'realm', 'problemTypeBase', 'rateLimitHeaders'],
  ...['onEvent', 'onDenied'],
]
const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
// Places that browsers and proxies fill in, not the client that holds the key; and what every object has, sent or not.
const forbiddenHeaders = ['cookie', 'proxy-authorization', 'set-cookie', 'constructor', '__proto__']

export function parseAuthOptions(options: ApiKeyAuthOptions): ParsedAuthOptions {
  refuseSomethingElse(options)
  refuseUnknownOptions(factory, options, optionNames)
  const { optional = false, onDenied, onEvent } = options
  if (typeof optional !== 'boolean') throw invalidOption(factory, 'optional', 'must be true or false')
  requireFunction(factory, 'onDenied', onDenied)
  requireFunction(factory, 'onEvent', onEvent)
  const headers = requireHeaders(options.headers ?? ['authorization'])
  const realm = requireQuotable(factory, 'realm', options.realm ?? DEFAULT_REALM)
  const problemTypeBase = requireQuotable(
    factory,
    'problemTypeBase',
    options.problemTypeBase ?? DEFAULT_PROBLEM_TYPE_BASE,
  )
  const rateLimitHeaders = requireKinds(options.rateLimitHeaders ?? DEFAULT_RATE_LIMIT_HEADERS)
  // One that is missing by mistake, as `null`, must not become another.
  const keyring = requireKeyring(options.keyring === undefined ? defaultKeyring() : options.keyring)
  const { foreign, isForeign } = requireForeign(options.foreign ?? 'refuse', keyring)
  const observe = onEvent === undefined ? keyring.observe : contained(onEvent)
  const authenticating = { keyring, optional, foreign, isForeign, headers, observe }
  return { ...authenticating, realm, problemTypeBase, rateLimitHeaders, onDenied }
}

/** What is passed in place of options, for hosts without the compiler's help. */
function refuseSomethingElse(options: unknown): void {
  if (typeof options !== 'object' || options === null) return
  const mend =
    'authenticate' in options
      ? 'a keyring is an option: apiKeyAuth({ keyring })'
      : 'rawHeaders' in options
        ? 'it makes the middleware, and has to be called: app.use(apiKeyAuth())'
        : null
  if (mend !== null) throw new ApiKeyError('invalid_option', `${factory}: ${mend}`)
}

function requireHeaders(headers: readonly string[]): readonly string[] {
  if (!Array.isArray(headers) || headers.length === 0) {
    throw invalidOption(factory, 'headers', 'must be a list of header names')
  }
  const names = headers.map((name) => String(name).toLowerCase())
  for (const name of names) {
    if (!headerName.test(name)) throw invalidOption(factory, 'headers', `has no header name in "${name}"`)
    if (forbiddenHeaders.includes(name)) throw invalidOption(factory, 'headers', `must not contain "${name}"`)
  }
  if (new Set(names).size < names.length) throw invalidOption(factory, 'headers', 'names a header twice')
  return names
}

function requireKinds(kinds: readonly RateLimitHeaders[]): readonly RateLimitHeaders[] {
  if (Array.isArray(kinds) && kinds.every((kind) => rateLimitHeaderKinds.includes(kind))) return [...kinds]
  throw invalidOption(factory, 'rateLimitHeaders', `must be a list of ${rateLimitHeaderKinds.join(' and ')}`)
}

function requireKeyring(keyring: RequestKeyring): RequestKeyring {
  if (typeof keyring?.authenticate === 'function') return keyring
  throw invalidOption(factory, 'keyring', 'must be what createKeyring() returned')
}

function requireForeign(foreign: ForeignTokens, { prefix, imported }: RequestKeyring) {
  if (!foreignTokens.includes(foreign)) {
    throw invalidOption(factory, 'foreign', `must be ${foreignTokens.join(' or ')}`)
  }
  const isForeign = prefix === undefined ? undefined : foreignTo(prefix, imported)
  if (foreign === 'ignore' && isForeign === undefined) {
    throw invalidOption(factory, 'foreign', 'needs a keyring that tells its "prefix"')
  }
  return { foreign, isForeign }
}
