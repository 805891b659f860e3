import { factsOf, type HandlerFacts } from '../handler-facts.js'
import { handlesErrors } from './encounter.js'
import { type Route, routeOf, stackOf } from './layers.js'
import { mountPathsOf, routePathsOf } from './mount-paths.js'
import { isWrapped, mountedIn, wrappedAt } from './mounted-app.js'
import {
  isAtRoot,
  join,
  mayBeAtRoot,
  type Path,
  type Pattern,
  remainderInside,
  remainderOfSome,
} from './path.js'
import { methodsOf, type RouteMethod } from './route-methods.js'

/** A route of an app, with what a request meets on its way to the last handler of the application's. */
export interface FoundRoute extends RouteMethod {
  readonly path: string
}

/** A middleware of ours that stands before what comes, at a path inside the same router. */
interface Standing {
  readonly path: Pattern
  readonly facts: HandlerFacts
  /** Where handlers of errors come after it. */
  readonly resumedAt: readonly Pattern[]
}

interface MountPoint {
  readonly path: string
  readonly before: readonly Standing[]
}

/** Every route below an app or a router, in the order in which Express asks them. */
export function findRoutes(
  mounted: unknown,
  mountPoint: MountPoint = { path: '/', before: [] },
): FoundRoute[] {
  const stack = stackOf(mounted)
  if (stack === null) return []
  let own: readonly Standing[] = []
  const inside = (path: Path) =>
    innerMountPoint({ ...mountPoint, before: [...mountPoint.before, ...own] }, path)
  const routes: FoundRoute[] = []
  for (const layer of stack.layers) {
    const route = routeOf(layer)
    if (route !== null) {
      for (const path of routePathsOf(layer, route, stack)) routes.push(...routesOf(route, inside(path)))
      continue
    }
    const facts = factsOf(layer.handle)
    const inner = mountedIn(layer)
    if (inner === null && isWrapped(layer)) {
      throw wrappedAt(mountPathsOf(layer, stack).map(({ text }) => join(mountPoint.path, text)))
    }
    const resumes = handlesErrors(layer)
    if (facts === undefined && inner === null && !resumes) continue
    for (const path of mountPathsOf(layer, stack)) {
      if (facts !== undefined) own = [...own, { path, facts, resumedAt: [] }]
      // An error from further out never comes in here: who stands there has been met.
      if (resumes) own = own.map((each) => ({ ...each, resumedAt: [...each.resumedAt, path] }))
      // What stands in there does not count for what comes after it: `next('router')` passes it by.
      if (inner !== null) routes.push(...findRoutes(inner, inside(path)))
    }
  }
  return routes
}

function innerMountPoint({ path: outer, before }: MountPoint, path: Path): MountPoint {
  return {
    path: join(outer, path.text),
    before: before.flatMap(({ path: standing, facts, resumedAt }) => {
      const remainder = remainderInside(standing, path)
      if (remainder === null) return []
      const resumedInside = resumedAt.flatMap((each) => remainderOfSome(each, path) ?? [])
      return [{ path: remainder, facts, resumedAt: resumedInside }]
    }),
  }
}

function routesOf(route: Route, { path, before }: MountPoint): FoundRoute[] {
  const standing = before
    .filter((each) => isAtRoot(each.path))
    .map(({ facts, resumedAt }) => ({ facts, isSkippable: resumedAt.some(mayBeAtRoot) }))
  return methodsOf(route).map(({ method, meets }) => ({ method, path, meets: [...standing, ...meets] }))
}
