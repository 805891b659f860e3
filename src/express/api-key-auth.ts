import type { NextFunction, Request, Response } from 'express'
import { Refusal } from '../errors.js'
import type { Principal } from '../key/principal.js'
import { authenticateNow } from '../keyring/keyring.js'
import { warnUnavailable } from '../keyring/warn-unavailable.js'
import { authenticatedEvent, requirePrincipal, toRefusal } from './admission.js'
import { credentialReader } from './credential.js'
import { createDeny } from './deny.js'
import { refuseKeyInUrl } from './key-in-url.js'
import { refuseCutHeaders, refuseMisplacedKey } from './no-credential.js'
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
    if (principal !== null) observe?.(authenticatedEvent(principal.apiKey))
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
    refuseMisplacedKey(keyring, req)
    refuseCutHeaders(req)
    if (!optional) throw new Refusal('absent')
    return null
  }
}
