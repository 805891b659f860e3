import { isScope, type Scope } from '../key/scope.js'
import { type Grantable, knownScopes, type ScopeDefinition } from '../key/scope-definition.js'
import { invalidOption } from '../options.js'
import type { AnyRouteHandler } from './request.js'
import { requireAnyScope, requireScope } from './require-scope.js'

/** The scopes of an application, and the guards that ask for no other. */
export interface DefinedScopes<Name extends Scope = Scope> extends ScopeDefinition<Name> {
  /** As the package's own `requireScope`; throws `invalid_option` also for a scope that is not defined. */
  readonly requireScope: (...all: readonly Grantable<Name>[]) => AnyRouteHandler
  /** As the package's own `requireAnyScope`; throws `invalid_option` also for a scope that is not defined. */
  readonly requireAnyScope: (...any: readonly Grantable<Name>[]) => AnyRouteHandler
}

const factory = 'defineScopes'

/**
 * Says once which scopes there are, so that a misspelt one does not compile. Given to `createKeyring`, no key can be
 * issued or updated with another. Wildcards such as `orders:*` follow from the names. Throws `invalid_option`.
 *
 * @example
 * const scopes = defineScopes(['orders:read', 'orders:write'])
 * const keyring = createKeyring({ prisma, scopes })
 * app.post('/orders', scopes.requireScope('orders:write'), addOrder)
 */
export function defineScopes<const Name extends Scope>(names: readonly Name[]): DefinedScopes<Name> {
  const scopes = requireNames(names)
  const known = knownScopes(scopes)

  function onlyKnown(guard: string, asked: readonly Scope[]): void {
    const unknown = asked.find((scope) => !known.has(scope))
    if (unknown === undefined) return
    throw invalidOption(guard, 'scopes', `must be ${known.form}; "${unknown}" is none`)
  }
  return Object.freeze({
    scopes,
    requireScope(...all: readonly Grantable<Name>[]) {
      const guard = requireScope(...all)
      onlyKnown('requireScope', all)
      return guard
    },
    requireAnyScope(...any: readonly Grantable<Name>[]) {
      const guard = requireAnyScope(...any)
      onlyKnown('requireAnyScope', any)
      return guard
    },
  })
}

function requireNames<Name extends Scope>(names: readonly Name[]): readonly Name[] {
  if (!Array.isArray(names) || names.length === 0) {
    throw invalidOption(factory, 'scopes', "must be a list: defineScopes(['orders:read', 'orders:write'])")
  }
  const copy: readonly Name[] = [...names]
  for (const [at, name] of copy.entries()) {
    const isName = isScope(name) && !name.endsWith('*')
    if (!isName) {
      const mend = `must hold scopes such as "orders:read"; wildcards follow from them, and scopes[${at}] is none`
      throw invalidOption(factory, 'scopes', mend)
    }
  }
  if (new Set(copy).size < copy.length) throw invalidOption(factory, 'scopes', 'names a scope twice')
  return Object.freeze(copy)
}
