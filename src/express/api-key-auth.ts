import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { Refusal } from '../errors.js'
import { type ApiKeyEvent, type AuthenticatedEvent, contained } from '../events.js'
import type { ApiKey } from '../key/api-key.js'
import type { Principal } from '../key/principal.js'
import { defaultKeyring } from '../keyring/default-keyring.js'
import { authenticateNow, type Keyring } from '../keyring/keyring.js'
import { invalidOption, refuseUnknownOptions, requireFunction } from '../options.js'
import { credentialReader } from './credential.js'
import { createDeny, type OnDenied } from './deny.js'
import { attach } from './request.js'

export interface ApiKeyAuthOptions {
  /** The keys to accept. Default: one keyring for the process, on `DATABASE_URL`. */
  readonly keyring?: Keyring
  /** Lets requests without any key pass, with `req.apiKey === null`. A bad key is refused all the same. Default `false`. */
  readonly optional?: boolean
  /** Request headers that may carry the key; default `['authorization']`, with the scheme `Bearer`. Others carry it bare. */
  readonly headers?: readonly string[]
  /** The protection space named in challenges; default `api`. */
  readonly realm?: string
  /** What problem types begin with; default `urn:problem:express-api-keys:`. */
  readonly problemTypeBase?: string
  /** Hears what this middleware and the guards after it decide. Default: the keyring's observer. */
  readonly onEvent?: (event: ApiKeyEvent) => unknown
  /** Answers refused requests in the host's own way. Default: problem details, as the README lists them. */
  readonly onDenied?: OnDenied
}

const owner = 'apiKeyAuth'
const optionNames = ['keyring', 'optional', 'headers', 'realm', 'problemTypeBase', 'onEvent', 'onDenied']
const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
// Places that browsers and proxies fill in, not the client that holds the key.
const forbiddenHeaders = ['cookie', 'proxy-authorization']
// RFC 9110 §5.6.4: what a quoted string holds without escapes.
const quotable = /^[ !#-[\]-~]+$/

/**
 * Authenticates every request by its API key: sets `req.apiKey`, `req.tenant` and `req.user`, or answers with a
 * refusal. Mount it after `cors()` and before body parsers. Throws `invalid_option`, naming the option.
 */
export function apiKeyAuth(options: ApiKeyAuthOptions = {}): RequestHandler {
  refuseUnknownOptions(owner, options, optionNames)
  const { optional = false, onDenied } = options
  if (typeof optional !== 'boolean') throw invalidOption(owner, 'optional', 'must be true or false')
  const readCredential = credentialReader(requireHeaders(options.headers ?? ['authorization']))
  const realm = requireQuotable('realm', options.realm ?? 'api')
  const problemTypeBase = requireQuotable(
    'problemTypeBase',
    options.problemTypeBase ?? 'urn:problem:express-api-keys:',
  )
  requireFunction(owner, 'onDenied', onDenied)
  requireFunction(owner, 'onEvent', options.onEvent)
  const keyring = requireKeyring(options.keyring ?? defaultKeyring())
  const observe = options.onEvent === undefined ? keyring.observe : contained(options.onEvent)
  const deny = createDeny({ realm, problemTypeBase, observe, onDenied })
  const authenticate = keyring[authenticateNow] ?? keyring.authenticate

  return function apiKeyAuthMiddleware(req, res, next) {
    let answer: Principal | null | Promise<Principal>
    try {
      answer = decide(req)
    } catch (error) {
      deny(toRefusal(error), req, res, next)
      return
    }
    // A key that is known is admitted within this tick.
    if (answer instanceof Promise) admitLater(answer, req, res, next)
    else admit(answer, req, next)
  }

  function admit(principal: Principal | null, req: Request, next: NextFunction): void {
    attach(req, { principal, deny })
    if (principal !== null) observe?.(authenticated(principal.apiKey))
    next()
  }

  function admitLater(answer: Promise<Principal>, req: Request, res: Response, next: NextFunction): void {
    answer
      .then(
        (principal) => admit(principal, req, next),
        (error) => deny(toRefusal(error), req, res, next),
      )
      .catch(next)
  }

  function decide(req: Request): Principal | null | Promise<Principal> {
    refuseKeyInUrl(keyring, req)
    const credential = readCredential(req)
    if (credential !== null) return requirePrincipal(authenticate(credential))
    if (!optional) throw new Refusal('absent')
    return null
  }
}

/** A host may wrap a keyring: whatever is no principal of a key must not pass for "no key was sent". */
function requirePrincipal(answer: unknown): Principal | Promise<Principal> {
  if (isPrincipal(answer)) return answer
  return Promise.resolve(answer).then((later) => {
    if (isPrincipal(later)) return later
    throw new Refusal(
      'store_failed',
      {},
      new TypeError('authenticate() of the keyring returned no principal'),
    )
  })
}

function isPrincipal(answer: unknown): answer is Principal {
  return typeof answer === 'object' && answer !== null && 'apiKey' in answer && Boolean(answer.apiKey)
}

function authenticated({ id, keyPrefix, tenantId, userId }: ApiKey): AuthenticatedEvent {
  return { type: 'authenticated', apiKeyId: id, keyPrefix, tenantId, userId }
}

/** Whatever went wrong with us, it is not the client's credential: never 401, and never a pass. */
function toRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal('store_failed', {}, error)
}

/** A key in a URL stands in logs and histories by now, whoever sent it; it is refused even beside a good header. */
function refuseKeyInUrl(keyring: Keyring, { originalUrl }: Request): void {
  const leaked = keyring.findSecretIn(originalUrl)
  if (leaked !== null) throw new Refusal('key_in_url', { keyPrefix: leaked.keyPrefix })
}

function requireHeaders(headers: readonly string[]): readonly string[] {
  if (!Array.isArray(headers) || headers.length === 0) {
    throw invalidOption(owner, 'headers', 'must be a list of header names')
  }
  const names = headers.map((name) => String(name).toLowerCase())
  for (const name of names) {
    if (!headerName.test(name)) throw invalidOption(owner, 'headers', `has no header name in "${name}"`)
    if (forbiddenHeaders.includes(name)) throw invalidOption(owner, 'headers', `must not contain "${name}"`)
  }
  if (new Set(names).size < names.length) throw invalidOption(owner, 'headers', 'names a header twice')
  return names
}

function requireQuotable(option: string, value: string): string {
  if (typeof value === 'string' && quotable.test(value)) return value
  throw invalidOption(owner, option, 'must be printable ASCII without quotes and backslashes')
}

function requireKeyring(keyring: Keyring): Keyring {
  if (typeof keyring?.authenticate === 'function') return keyring
  throw invalidOption(owner, 'keyring', 'must be what createKeyring() returned')
}
