// How Express keeps what was mounted. Neither version has public types for it, so that everything is looked at before
// it is believed.

type Handle = (...args: unknown[]) => unknown

/** A handler with the place where it stands. Which of the fields there are depends on the version. */
export interface Layer {
  readonly handle: Handle
  /** Inside of a route; `undefined` for `all()`. */
  readonly method?: unknown
  /** Of a route; else `undefined`. */
  readonly route?: unknown
  /** Of Express 5: the path as it was given, and whether it is the root. */
  readonly rawPath?: unknown
  readonly slash?: unknown
  /** Of Express 4: what the path was compiled to, and the names of its parameters. */
  readonly regexp?: unknown
  readonly keys?: unknown
}

export interface Route {
  readonly path: unknown
  readonly layers: readonly Layer[]
}

/** What is mounted on an app or a router, in its order; `null` for anything else. */
export function layersOf(mounted: unknown): readonly Layer[] | null {
  if (!isObject(mounted)) return null
  // An app of Express 4 throws at the word `router`, and has no router before something is mounted.
  if ('lazyrouter' in mounted) return stackOf('_router' in mounted ? mounted._router : undefined) ?? []
  return stackOf(mounted) ?? stackOf('router' in mounted ? mounted.router : undefined)
}

export function routeOf({ route }: Layer): Route | null {
  const layers = stackOf(route)
  return layers === null || !isObject(route) || !('path' in route) ? null : { path: route.path, layers }
}

function stackOf(router: unknown): readonly Layer[] | null {
  if (!isObject(router) || !('stack' in router) || !Array.isArray(router.stack)) return null
  return router.stack.filter(isLayer)
}

function isLayer(value: unknown): value is Layer {
  return isObject(value) && 'handle' in value && typeof value.handle === 'function'
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
