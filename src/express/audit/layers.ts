// How Express keeps what was mounted. Neither version has public types for it, so that everything is looked at before
// it is believed.

type Handle = (...args: unknown[]) => unknown

/** A handler with the place where it stands. Which of the fields there are depends on the version. */
export interface Layer {
  readonly handle: Handle
  /** Of the handler that was mounted, whatever stands there since. */
  readonly name?: unknown
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

/** What is mounted on an app or a router, in its order. */
export interface Stack {
  readonly layers: readonly Layer[]
  /** Whether its paths are. Apps and routers inside do not have it from those around them. */
  readonly isCaseSensitive: boolean
}

/** `null` for what is no app and no router. */
export function stackOf(mounted: unknown): Stack | null {
  if (!isObject(mounted)) return null
  // An app of Express 4 throws at the word `router`, and has no router before something is mounted.
  if ('lazyrouter' in mounted) {
    const router = '_router' in mounted ? mounted._router : undefined
    return routerStackOf(router) ?? { layers: [], isCaseSensitive: false }
  }
  return routerStackOf(mounted) ?? routerStackOf('router' in mounted ? mounted.router : undefined)
}

function routerStackOf(router: unknown): Stack | null {
  const layers = layersOf(router)
  if (layers === null || !isObject(router)) return null
  return { layers, isCaseSensitive: 'caseSensitive' in router && Boolean(router.caseSensitive) }
}

export function routeOf({ route }: Layer): Route | null {
  const layers = layersOf(route)
  return layers === null || !isObject(route) || !('path' in route) ? null : { path: route.path, layers }
}

function layersOf(router: unknown): readonly Layer[] | null {
  if (!isObject(router) || !('stack' in router) || !Array.isArray(router.stack)) return null
  return router.stack.filter(isLayer)
}

function isLayer(value: unknown): value is Layer {
  return isObject(value) && 'handle' in value && typeof value.handle === 'function'
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
