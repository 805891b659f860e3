import type { NextFunction, Request, Response } from 'express'
import { Refusal } from '../errors.js'
import type { AuthenticatedEvent } from '../events.js'
import type { ApiKey } from '../key/api-key.js'
import type { Principal } from '../key/principal.js'
import { authenticateNow, type Keyring } from '../keyring/keyring.js'
import { warnUnavailable } from '../keyring/warn-unavailable.js'
import { credentialReader } from './credential.js'
import { createDeny } from './deny.js'
import { type ApiKeyAuthOptions, parseAuthOptions } from './options.js'
import { type AnyRouteHandler, attach } from './request.js'

/**
 * Authenticates every request by its API key: sets `req.apiKey`, `req.tenant` and `req.user`, or answers with a
 * refusal. Mount it after `cors()` and before body parsers. Throws `invalid_option`, naming the option.
 *
 * @example
 * app.use(apiKeyAuth({ keyring }))
 * app.get('/hello', (req, res) => res.json({ hello: req.tenant?.id }))
 *
 * @example
 * // Also for requests without a key, which then have `req.apiKey === null`.
 * app.get('/prices', apiKeyAuth({ keyring, optional: true }), showPrices)
 */
export function apiKeyAuth(options: ApiKeyAuthOptions = {}): AnyRouteHandler {
  const { keyring, optional, headers, observe, ...denying } = parseAuthOptions(options)
  const readCredential = credentialReader(headers)
  const deny = createDeny({ ...denying, observe: observe ?? warnUnavailable })
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

  function admit<P>(principal: Principal | null, req: Request<P>, next: NextFunction): void {
    attach(req, { principal, deny })
    if (principal !== null) observe?.(authenticated(principal.apiKey))
    next()
  }

  function admitLater<P>(
    answer: Promise<Principal>,
    req: Request<P>,
    res: Response,
    next: NextFunction,
  ): void {
    answer
      .then(
        (principal) => admit(principal, req, next),
        (error) => deny(toRefusal(error), req, res, next),
      )
      .catch(next)
  }

  function decide<P>(req: Request<P>): Principal | null | Promise<Principal> {
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
function refuseKeyInUrl(keyring: Keyring, { originalUrl }: { readonly originalUrl: string }): void {
  const leaked = keyring.findSecretIn(originalUrl)
  if (leaked !== null) throw new Refusal('key_in_url', { keyPrefix: leaked.keyPrefix })
}
