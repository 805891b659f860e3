import type { Scope } from './scope.js'

/** The scopes that an application has, as `defineScopes()` returns them. */
export interface ScopeDefinition<Name extends Scope = Scope> {
  /** As they were given, frozen; without wildcards. */
  readonly scopes: readonly Name[]
}

/** What can be granted and asked for, of these scopes: each of them, and each wildcard that covers one. */
export type Grantable<Name extends Scope> = Name | '*' | Under<Name>

/** `a:b:c` is under `a:*` and `a:b:*`. */
type Under<Name extends Scope> = Name extends `${infer Segment}:${infer Rest}`
  ? `${Segment}:*` | `${Segment}:${Under<Rest>}`
  : never

/**
 * The scopes that keys can hold, as a type: `ScopeOf<typeof scopes>`.
 *
 * @example
 * const scopes = defineScopes(['orders:read', 'orders:write'])
 * type AppScope = ScopeOf<typeof scopes> // 'orders:read' | 'orders:write' | 'orders:*' | '*'
 */
export type ScopeOf<Definition extends ScopeDefinition> = Grantable<Definition['scopes'][number]>

/** Which scopes there are, for whoever is given one. */
export interface KnownScopes {
  /** With the wildcards over them, in the order of an alphabet. */
  readonly grantable: readonly Scope[]
  readonly has: (scope: Scope) => boolean
  /** What a list of them must be, for a person. */
  readonly form: string
}

const NAMED_AT_MOST = 20

export function knownScopes(names: readonly Scope[]): KnownScopes {
  const grantable = new Set(['*', ...names.flatMap((name) => [name, ...wildcardsOver(name)])])
  const [first = '*'] = names.flatMap(wildcardsOver)
  const named = names.slice(0, NAMED_AT_MOST).map((name) => `"${name}"`)
  const more = names.length > NAMED_AT_MOST ? `, ${names.length - NAMED_AT_MOST} more` : ''
  return Object.freeze({
    grantable: Object.freeze([...grantable].toSorted()),
    has: (scope: Scope) => grantable.has(scope),
    form: `among ${named.join(', ')}${more} and the wildcards over them, such as "${first}"`,
  })
}

function wildcardsOver(name: Scope): Scope[] {
  return name
    .split(':')
    .slice(0, -1)
    .map((_, at, segments) => `${segments.slice(0, at + 1).join(':')}:*`)
}
