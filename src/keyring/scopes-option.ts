import { isScope } from '../key/scope.js'
import { type KnownScopes, knownScopes, type ScopeDefinition } from '../key/scope-definition.js'
import { invalidOption } from '../options.js'

/** The option `scopes` of whichever factory. */
export function parseScopes(
  factory: string,
  definition: ScopeDefinition | undefined,
): KnownScopes | undefined {
  if (definition === undefined) return undefined
  const names: unknown = Object(definition).scopes
  if (Array.isArray(names) && names.length > 0 && names.every(isScope)) return knownScopes(names)
  throw invalidOption(factory, 'scopes', 'must be what defineScopes() returned')
}
