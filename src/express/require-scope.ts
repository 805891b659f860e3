import { ApiKeyError, Refusal, type RefusalFacts } from '../errors.js'
import type { Grants } from '../key/grants.js'
import { isScope, type Scope } from '../key/scope.js'
import { invalidOption } from '../options.js'
import { withFacts } from './handler-facts.js'
import { type AnyRouteHandler, authenticationOf } from './request.js'

/**
 * Lets a request pass when its key holds every one of these scopes; otherwise 403. A required wildcard asks for
 * all it covers. Mount it after `apiKeyAuth`: without, every request fails with `unprotected_route`. Throws
 * `invalid_option` for no scope at all and for a misspelt one.
 *
 * @example
 * app.post('/orders', requireScope('orders:write'), addOrder)
 */
export function requireScope(...all: readonly Scope[]): AnyRouteHandler {
  const requiredScopes = requireScopeNames('requireScope', all)
  const guard = scopeGuard({ requiredScopes }, (grants) => requiredScopes.every(grants.covers))
  const requireScopeGuard: AnyRouteHandler = function requireScopeGuard(req, res, next) {
    guard(req, res, next)
  }
  return withFacts(requireScopeGuard, { kind: 'asks_all', scopes: requiredScopes })
}

/**
 * Lets a request pass when its key holds at least one of these scopes; otherwise as `requireScope`.
 *
 * @example
 * app.get('/orders/:id', requireAnyScope('orders:read', 'support:read'), showOrder)
 */
export function requireAnyScope(...any: readonly Scope[]): AnyRouteHandler {
  const requiredAnyScope = requireScopeNames('requireAnyScope', any)
  const guard = scopeGuard({ requiredAnyScope }, (grants) => requiredAnyScope.some(grants.covers))
  const requireAnyScopeGuard: AnyRouteHandler = function requireAnyScopeGuard(req, res, next) {
    guard(req, res, next)
  }
  return withFacts(requireAnyScopeGuard, { kind: 'asks_any', scopes: requiredAnyScope })
}

function scopeGuard(required: RefusalFacts, isGranted: (grants: Grants) => boolean): AnyRouteHandler {
  return (req, res, next) => {
    const authentication = authenticationOf(req)
    if (authentication === undefined) {
      next(
        new ApiKeyError(
          'unprotected_route',
          'A scope guard ran before apiKeyAuth(): mount apiKeyAuth() first.',
        ),
      )
      return
    }
    const { admission, deny, tellLimits } = authentication
    if (admission === null) {
      deny(new Refusal('absent'), req, res, next)
      return
    }
    const { principal } = admission
    if (isGranted(principal.grants)) {
      next()
      return
    }
    // What is refused is not used up.
    const limits = admission.refuse()
    if (limits !== null) tellLimits(limits, res)
    const { id: apiKeyId, keyPrefix } = principal.apiKey
    deny(new Refusal('scope_missing', { ...required, apiKeyId, keyPrefix }), req, res, next)
  }
}

function requireScopeNames(owner: string, scopes: readonly unknown[]): readonly Scope[] {
  if (scopes.length === 0) throw invalidOption(owner, 'scopes', 'must name at least one scope')
  return Object.freeze(
    scopes.map((scope) => {
      if (isScope(scope)) return scope
      if (Array.isArray(scope)) {
        throw invalidOption(
          owner,
          'scopes',
          `must be given one by one: ${owner}('orders:read', 'orders:write')`,
        )
      }
      if (typeof scope === 'object' && scope !== null && 'rawHeaders' in scope) {
        throw invalidOption(
          owner,
          'scopes',
          `must be given before requests come: app.get(path, ${owner}('orders:read'), handler)`,
        )
      }
      throw invalidOption(
        owner,
        'scopes',
        `must be like "orders:read" or "orders:*", not ${typeof scope === 'string' ? JSON.stringify(scope) : typeof scope}`,
      )
    }),
  )
}
