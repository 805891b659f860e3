import type { Scope } from '../../key/scope.js'
import type { HandlerFacts } from '../handler-facts.js'
import type { FoundRoute } from './find-routes.js'

/** A route, and who gets to it. */
export interface AuditedRoute {
  /** In capitals; `*` for `all()`. */
  readonly method: string
  /** As Express has it, with the paths of the routers around it: `/orders/:id`. */
  readonly path: string
  /** Whether an `apiKeyAuth` stands before it. `optional`: one that lets requests pass without a key. */
  readonly apiKeyAuth: 'required' | 'optional' | 'none'
  /** What a key must hold, all of it. */
  readonly requiredScopes: readonly Scope[]
  /** Of each of these lists, a key must hold one. */
  readonly requiredAnyScope: readonly (readonly Scope[])[]
  /**
   * `scopes`: keys with these scopes. `any_key`: every key of the keyring. `authorize`: whom the `authorize` of an
   * `apiKeyRouter` lets in. `public`: everybody.
   */
  readonly access: 'scopes' | 'any_key' | 'authorize' | 'public'
}

export function toAuditedRoute({ method, path, meets }: FoundRoute): AuditedRoute {
  const sure = meets.filter(({ isSkippable }) => !isSkippable).map(({ facts }) => facts)
  const isClosed = sure.some((facts) => facts.kind === 'authenticates' && facts.isClosed)
  const asked = sure.filter(asks)
  const requiredScopes = asked.flatMap(({ kind, scopes }) => (kind === 'asks_all' ? scopes : []))
  const authorizes = sure.some(({ kind }) => kind === 'authorizes')
  const open = authorizes ? 'authorize' : isClosed ? 'any_key' : 'public'
  return Object.freeze({
    method,
    path,
    apiKeyAuth: isClosed ? 'required' : meets.some(({ facts }) => isAuth(facts)) ? 'optional' : 'none',
    requiredScopes: [...new Set(requiredScopes)],
    requiredAnyScope: asked.filter(({ kind }) => kind === 'asks_any').map(({ scopes }) => scopes),
    access: asked.length > 0 ? 'scopes' : open,
  })
}

/** Whether a guard stands before any `apiKeyAuth`, and fails every request. */
export function isGuardedTooEarly({ meets }: FoundRoute): boolean {
  const first = meets.find(({ facts }) => isAuth(facts) || asks(facts))
  return first !== undefined && asks(first.facts)
}

function isAuth({ kind }: HandlerFacts): boolean {
  return kind === 'authenticates'
}

function asks(facts: HandlerFacts): facts is Extract<HandlerFacts, { readonly scopes: readonly Scope[] }> {
  return facts.kind === 'asks_all' || facts.kind === 'asks_any'
}
