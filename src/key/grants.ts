import type { Scope } from './scope.js'

/** What a key may do: its scopes, compiled once so that a request costs set look-ups only. */
export interface Grants {
  /** True when one held scope covers all that `required` covers, which may itself be a wildcard. */
  covers(required: Scope): boolean
}

/** Sets, never plain objects: a scope may be called `constructor`. */
export function compileGrants(scopes: readonly Scope[]): Grants {
  const exact = new Set(scopes)
  const everything = exact.has('*')
  const beginnings = new Set(
    scopes.filter((scope) => scope.endsWith(':*')).map((scope) => scope.slice(0, -1)),
  )
  return Object.freeze({
    covers: (required: Scope) => everything || exact.has(required) || beginsWithOneOf(beginnings, required),
  })
}

function beginsWithOneOf(beginnings: ReadonlySet<string>, required: Scope): boolean {
  if (beginnings.size === 0) return false
  for (let colon = required.indexOf(':'); colon !== -1; colon = required.indexOf(':', colon + 1)) {
    if (beginnings.has(required.slice(0, colon + 1))) return true
  }
  return false
}
