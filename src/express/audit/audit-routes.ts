import type { IRouter } from 'express'
import { ApiKeyError } from '../../errors.js'
import { invalidOption, refuseUnknownOptions } from '../../options.js'
import { type AuditedRoute, toAuditedRoute } from './audited-route.js'
import { complaintsAbout } from './complaints.js'
import { findRoutes } from './find-routes.js'
import { stackOf } from './layers.js'
import { type OpenApiSecurity, openApiSecurityOf } from './open-api-security.js'

/** What `auditRoutes` is told of routes that no guard stands before. */
export interface AuditRoutesOptions {
  /** Routes that are for everybody, such as `['GET /health']`; default none. */
  readonly public?: readonly string[]
  /** Routes that every key opens, whatever its scopes; an `apiKeyAuth` must stand before them. Default none. */
  readonly anyKey?: readonly string[]
}

/** The routes of an app, each with who gets to it. */
export interface RouteAudit {
  readonly routes: readonly AuditedRoute[]
  /** The same for an OpenAPI 3.1 document; `scheme` is the name of its security scheme, default `apiKey`. */
  readonly openApiSecurity: (scheme?: string) => OpenApiSecurity
}

const factory = 'auditRoutes'

/**
 * Lists the routes of an app with the scopes that each asks for. Throws `unprotected_route`, naming them all, for routes
 * that are neither guarded nor declared, and for declarations that fit no route. Call it when everything is mounted: in a
 * test, or before the app listens.
 *
 * @example
 * auditRoutes(app, { public: ['GET /health'], anyKey: ['GET /whoami'] })
 *
 * @example
 * const { '/orders/{id}': order } = auditRoutes(app).openApiSecurity()
 * order?.get // [{ apiKey: ['orders:read'] }]
 */
export function auditRoutes(app: IRouter, options: AuditRoutesOptions = {}): RouteAudit {
  refuseUnknownOptions(factory, options, ['public', 'anyKey'])
  const declared = {
    public: requireNames('public', options.public ?? []),
    anyKey: requireNames('anyKey', options.anyKey ?? []),
  }
  if (stackOf(app) === null) {
    throw new ApiKeyError('invalid_option', `${factory}: needs an app or a router of Express`)
  }
  const found = findRoutes(app)
  const complaints = complaintsAbout(found, declared)
  if (complaints.length > 0) {
    throw new ApiKeyError(
      'unprotected_route',
      `${factory}:\n${complaints.map((each) => `- ${each}`).join('\n')}`,
    )
  }
  const routes = Object.freeze(found.map(toAuditedRoute))
  return Object.freeze({ routes, openApiSecurity: (scheme = 'apiKey') => openApiSecurityOf(routes, scheme) })
}

function requireNames(option: string, names: readonly string[]): readonly string[] {
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return [...names]
  throw invalidOption(factory, option, 'must be a list of routes such as "GET /health"')
}
