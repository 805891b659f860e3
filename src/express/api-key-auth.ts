import type { NextFunction, Request, Response } from 'express'
import { Refusal } from '../errors.js'
import type { Admission } from '../keyring/admission.js'
import { warnUnavailable } from '../keyring/warn-unavailable.js'
import { actingAdmissionOf } from './acting.js'
import { admittingOf, authenticatedEvent, toRefusal } from './admission.js'
import { RequestCaller, warnOfTrust } from './caller.js'
import { type Credential, credentialReader } from './credential.js'
import { createDeny } from './deny.js'
import { withFacts } from './handler-facts.js'
import { refuseKeyInUrl } from './key-in-url.js'
import { refuseCutHeaders, refuseMisplacedKey } from './no-credential.js'
import { type ApiKeyAuthOptions, parseAuthOptions } from './options.js'
import { setHeaders } from './problem.js'
import { rateLimitHeaders } from './rate-limit-headers.js'
import { type AnyRouteHandler, admissionBefore, attach } from './request.js'
import { isAdmitted, isAdmittedBeside, standpointOf } from './shared-request.js'

/**
 * Authenticates every request by its API key: sets `req.apiKey`, `req.tenant` and `req.user`, or answers with a
 * refusal. Mount it after `cors()` and before body parsers. Throws `invalid_option`, naming the option.
 *
 * @example
 * app.use(apiKeyAuth({ keyring }))
 * app.get('/hello', (req, res) => res.json({ tenant: req.apiKey?.tenantId }))
 *
 * @example
 * // Also for requests without a key, which then have `req.apiKey === null`.
 * app.get('/prices', apiKeyAuth({ keyring, optional: true }), showPrices)
 *
 * @example
 * // Keys of either keyring, side by side.
 * app.use(apiKeyAuth({ keyring: live, foreign: 'ignore' }), apiKeyAuth({ keyring: test }))
 */
export function apiKeyAuth(options: ApiKeyAuthOptions = {}): AnyRouteHandler {
  const { keyring, optional, foreign, isForeign, headers, observe, ...denying } = parseAuthOptions(options)
  const shares = foreign === 'ignore'
  const readCredential = credentialReader(headers, shares ? isForeign : undefined)
  const deny = createDeny({ ...denying, observe: observe ?? warnUnavailable })
  const admitting = admittingOf(keyring)
  let isFirst = true

  const apiKeyAuthMiddleware: AnyRouteHandler = function apiKeyAuthMiddleware(req, res, next) {
    const acting = actingAdmissionOf(req)
    if (acting !== undefined) {
      admit(acting, null, req, res, next)
      return
    }
    if (isFirst) warnOfTrust(req)
    isFirst = false
    let credential: Credential
    let isLeft: boolean
    let answer: Admission | null | Promise<Admission>
    try {
      credential = findCredential(req)
      isLeft = isLeftToOthers(credential, req)
      answer = credential === null || isLeft ? null : decide(credential, req)
    } catch (error) {
      deny(toRefusal(error), req, res, next)
      return
    }
    if (isLeft && isAdmitted(req)) {
      next()
      return
    }
    // A key that is known, and has no limits, is admitted within this tick.
    if (!(answer instanceof Promise)) {
      admit(answer, credential, req, res, next)
      return
    }
    const askedAtMs = performance.now()
    const waitedMs = () => performance.now() - askedAtMs
    answer
      .then(
        (admission) => admit(admission, credential, req, res, next, waitedMs()),
        (error) => deny(toRefusal(error), req, res, next, waitedMs()),
      )
      .catch(next)
  }
  return withFacts(apiKeyAuthMiddleware, { kind: 'authenticates', isClosed: !optional && !shares })

  function admit<P>(
    admission: Admission | null,
    credential: Credential,
    req: Request<P>,
    res: Response,
    next: NextFunction,
    waitedMs?: number,
  ): void {
    const sharedAt = shares ? standpointOf(req, apiKeyAuthMiddleware) : null
    attach(req, { admission, admitting, credential, deny, tellLimits, sharedAt })
    if (admission !== null) {
      observe?.(authenticatedEvent(admission, waitedMs))
      if (admission.limits !== null) tellLimits(admission.limits, res)
    }
    next()
  }

  function tellLimits(limits: NonNullable<Admission['limits']>, res: Response): void {
    if (!res.headersSent) setHeaders(res, rateLimitHeaders(denying.rateLimitHeaders, limits))
  }

  function findCredential<P>(req: Request<P>): Credential {
    refuseKeyInUrl(keyring, req)
    const credential = readCredential(req)
    if (isOurs(credential)) return credential
    refuseMisplacedKey(keyring, req, credential)
    if (credential !== null) return credential
    refuseCutHeaders(req)
    if (!optional) throw new Refusal('absent')
    return null
  }

  function isOurs(credential: Credential): boolean {
    return credential !== null && isForeign?.(credential) !== true
  }

  /** What is not ours may be an earlier middleware's, which has admitted the request. Its own are never left. */
  function isLeftToOthers<P>(credential: Credential, req: Request<P>): boolean {
    if (isOurs(credential)) return false
    return shares || isAdmittedBeside(req, credential, apiKeyAuthMiddleware)
  }

  function decide<P>(credential: string, req: Request<P>): Admission | Promise<Admission> {
    const before = admissionBefore(req, admitting, credential)
    return before ?? admitting.admit(credential, new RequestCaller(req))
  }
}
