import { factsOf, type HandlerFacts } from '../handler-facts.js'
import { layersOf, type Route, routeOf } from './layers.js'
import { mountPathsOf, pathTexts } from './mount-paths.js'
import { mountedAppOf } from './mounted-app.js'
import { join, remainderInside } from './path.js'
import { methodsOf, type RouteMethod } from './route-methods.js'

/** A route of an app, with what a request meets on its way to the last handler of the application's. */
export interface FoundRoute extends RouteMethod {
  readonly path: string
}

/** A middleware of ours that stands before what comes, at a path inside the same router. */
interface Standing {
  readonly path: string
  readonly facts: HandlerFacts
}

interface Place {
  readonly path: string
  readonly before: readonly Standing[]
}

/** Every route below an app or a router, in the order in which Express asks them. */
export function findRoutes(mounted: unknown, place: Place = { path: '/', before: [] }): FoundRoute[] {
  const before = [...place.before]
  const routes: FoundRoute[] = []
  for (const layer of layersOf(mounted) ?? []) {
    const route = routeOf(layer)
    if (route !== null) {
      for (const path of pathTexts(route.path)) {
        routes.push(...routesOf(route, innerPlace({ ...place, before }, path)))
      }
      continue
    }
    const facts = factsOf(layer.handle)
    const inner = layersOf(layer.handle) === null ? mountedAppOf(layer) : layer.handle
    if (facts === undefined && inner === null) continue
    for (const path of mountPathsOf(layer)) {
      if (facts !== undefined) before.push({ path, facts })
      // What stands in there does not count for what comes after it: `next('router')` passes it by.
      if (inner !== null) routes.push(...findRoutes(inner, innerPlace({ ...place, before }, path)))
    }
  }
  return routes
}

function innerPlace({ path: outer, before }: Place, path: string): Place {
  return {
    path: join(outer, path),
    before: before.flatMap(({ path: standing, facts }) => {
      const remainder = remainderInside(standing, path)
      return remainder === null ? [] : [{ path: remainder, facts }]
    }),
  }
}

function routesOf(route: Route, { path, before }: Place): FoundRoute[] {
  const standing = before.filter((each) => each.path === '/').map(({ facts }) => facts)
  return methodsOf(route).map(({ method, meets }) => ({ method, path, meets: [...standing, ...meets] }))
}
