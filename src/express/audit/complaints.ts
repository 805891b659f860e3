import { isGuardedTooEarly, toAuditedRoute } from './audited-route.js'
import type { FoundRoute } from './find-routes.js'

/** Routes as they are declared, `GET /health` each. */
export interface Declared {
  readonly public: readonly string[]
  readonly anyKey: readonly string[]
}

function nameOf({ method, path }: FoundRoute): string {
  return `${method} ${path}`
}

/** What is wrong, a sentence each, with its mend. */
export function complaintsAbout(routes: readonly FoundRoute[], declared: Declared): readonly string[] {
  const names = new Set(routes.map(nameOf))
  const absent = (list: keyof Declared) =>
    declared[list]
      .filter((name) => !names.has(name))
      .map((name) => `${name} is declared in "${list}", but does not exist: ${mendOfAbsent(name)}.`)
  return [
    ...routes.flatMap((route) => complaintAbout(route, declared) ?? []),
    ...absent('public'),
    ...absent('anyKey'),
  ]
}

function mendOfAbsent(name: string): string {
  return name.startsWith('/')
    ? `write it with its method, as "GET ${name}"`
    : 'correct it, or take it off the list'
}

function complaintAbout(found: FoundRoute, declared: Declared): string | null {
  const name = nameOf(found)
  const isPublic = declared.public.includes(name)
  const isForAnyKey = declared.anyKey.includes(name)
  if (isGuardedTooEarly(found)) {
    return `${name} has a guard before any apiKeyAuth(), and fails: mount apiKeyAuth() before it.`
  }
  const { access, apiKeyAuth } = toAuditedRoute(found)
  if (access === 'scopes' || access === 'authorize') {
    // A declaration that nobody needs would hide it, should the guard be lost.
    return isPublic || isForAnyKey ? `${name} is guarded, but declared open: take it off the list.` : null
  }
  if (isPublic || (isForAnyKey && access === 'any_key')) return null
  const withoutErrors = toAuditedRoute(withNothingSkipped(found)).access
  if (withoutErrors === 'scopes' || (isForAnyKey && withoutErrors === 'any_key')) {
    return `${name} has a handler of errors between its guard and itself, which may let requests pass that the guard never met: mount that handler before the guards, or after the routes.`
  }
  if (isForAnyKey) {
    return `${name} is declared for any key, but passes without one: mount an apiKeyAuth() before it that is neither optional nor ignores foreign tokens.`
  }
  const guards = apiKeyAuth === 'none' ? 'apiKeyAuth() and requireScope()' : 'requireScope()'
  return `${name} is not guarded: mount ${guards} before its handler, or declare it in "public"${access === 'any_key' ? ' or "anyKey"' : ''}.`
}

function withNothingSkipped(found: FoundRoute): FoundRoute {
  return { ...found, meets: found.meets.map(({ facts }) => ({ facts, isSkippable: false })) }
}
