import type { Scope } from '../../key/scope.js'
import type { AuditedRoute } from './audited-route.js'

/** OpenAPI's `security` of an operation: any one of them is enough. */
export type SecurityRequirements = readonly Readonly<Record<string, readonly Scope[]>>[]

/** `security` by path and method, as OpenAPI writes them: `/orders/{id}`, `get`. */
export type OpenApiSecurity = Readonly<Record<string, Readonly<Record<string, SecurityRequirements>>>>

const everyMethod = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/**
 * What an OpenAPI 3.1 document says of who may call its operations. Left out are the routes of an `apiKeyRouter`, which
 * `apiKeyOpenApi()` describes, and paths that OpenAPI has no words for: patterns and optional parts.
 */
export function openApiSecurityOf(routes: readonly AuditedRoute[], scheme: string): OpenApiSecurity {
  const paths: Record<string, Record<string, SecurityRequirements>> = {}
  for (const route of routes) {
    const path = toOpenApiPath(route.path)
    if (path === null || route.access === 'authorize') continue
    const methods = route.method === '*' ? everyMethod : [route.method.toLowerCase()]
    const requirements = methods.map((method) => [method, requirementsOf(route, scheme)] as const)
    // Of two routes alike, Express asks the first.
    paths[path] = { ...Object.fromEntries(requirements), ...paths[path] }
  }
  return paths
}

function requirementsOf(route: AuditedRoute, scheme: string): SecurityRequirements {
  if (route.access === 'public') return route.apiKeyAuth === 'none' ? [] : [{}, { [scheme]: [] }]
  const { requiredScopes, requiredAnyScope } = route
  const choices = requiredAnyScope.reduce<readonly (readonly Scope[])[]>(
    (before, any) => before.flatMap((scopes) => any.map((scope) => [...scopes, scope])),
    [requiredScopes],
  )
  return choices.map((scopes) => ({ [scheme]: [...new Set(scopes)] }))
}

const wordless = /[{}()?+[\]!\\|^$]/
const parameter = /[:*]([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu

function toOpenApiPath(path: string): string | null {
  if (wordless.test(path)) return null
  const named = path.replaceAll(parameter, '{$1}')
  return named.includes('*') ? null : named
}
