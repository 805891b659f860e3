import { isRegExp } from 'node:util/types'
import { type Layer, routeOf, stackOf } from './audit/layers.js'
import { isForAll } from './audit/mount-paths.js'

/**
 * Whether two handlers stand in one router or route, at the same path and nowhere else in it. `null` where Express does not
 * show it: what calls them is a function of somebody else's, or its version keeps no paths.
 */
export function areMountedTogether(app: unknown, one: object, other: object): boolean | null {
  if (together.get(one)?.has(other)) return true
  const answer = lookForBoth(app, one, other)
  if (answer === true) together.set(one, (together.get(one) ?? new WeakSet()).add(other))
  return answer
}

// An app may have hundreds of routes, and is looked through once.
const together = new WeakMap<object, WeakSet<object>>()

function lookForBoth(app: unknown, one: object, other: object): boolean | null {
  const stacks = stacksIn(app).map((layers) =>
    layers.filter(({ handle }) => handle === one || handle === other),
  )
  const shared = stacks.filter((layers) => holds(layers, one) && holds(layers, other))
  if (shared.length === 0) {
    const areSeen = [one, other].every((handler) => stacks.some((layers) => holds(layers, handler)))
    return areSeen ? false : null
  }
  const paths = shared.map((layers) => new Set(layers.map(mountOf)))
  if (paths.some((each) => each.has(null))) return null
  return paths.every(({ size }) => size === 1)
}

function holds(layers: readonly Layer[], handler: unknown): boolean {
  return layers.some(({ handle }) => handle === handler)
}

/** Of an app or a router, and of the routers and routes in it. */
function stacksIn(mounted: unknown, seen = new Set<unknown>()): (readonly Layer[])[] {
  const stack = seen.has(mounted) ? null : stackOf(mounted)
  if (stack === null) return []
  seen.add(mounted)
  const routes = stack.layers.flatMap((layer) => routeOf(layer) ?? [])
  return [
    stack.layers,
    ...routes.map(({ layers }) => layers),
    ...stack.layers.flatMap(({ handle }) => stacksIn(handle, seen)),
  ]
}

/** One text for one path, however it was given; `null` where Express has kept nothing of it. */
function mountOf(layer: Layer): string | null {
  const { rawPath, regexp } = layer
  if (isForAll(layer)) return '/'
  if (rawPath !== undefined) return [rawPath].flat(Infinity).map(String).join('\n')
  return isRegExp(regexp) ? String(regexp) : null
}
