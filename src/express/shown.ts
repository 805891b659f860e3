import { IncomingMessage } from 'node:http'
import type { Principal } from '../key/principal.js'

/** What a request shows of its authentication. */
export type Shown = Pick<Express.Request, 'apiKey' | 'tenant' | 'user'>

type Name = keyof Shown
const names: readonly Name[] = ['apiKey', 'tenant', 'user']

// No key was sent; what a host has set itself, such as the user of a session, is not ours to hide.
const nobody: Shown = { apiKey: null }

export function shownOf(principal: Principal | null): Shown {
  return principal ?? nobody
}

/**
 * Prepares the prototype of a request to show what `find` finds, once for each.
 *
 * Express replaces the prototype of its requests, and from then on V8 makes a hidden class for each property that is
 * added to one: three of them took 10 µs of a request, half of what this middleware costs. So they are read from the
 * prototype that all apps of one Express share. Whoever sets one sets the request's own, as if this were not here.
 */
export function createPrepare(find: (req: object) => Shown | undefined): (req: object) => void {
  const prepared = new WeakSet<object>()

  function accessor(name: Name): PropertyDescriptor & ThisType<object> {
    return {
      configurable: true,
      get() {
        // Also of an object that inherits from the request.
        for (let at: object | null = this; at !== null; at = Object.getPrototypeOf(at)) {
          const shown = find(at)
          if (shown !== undefined) return shown[name]
        }
        return undefined
      },
      set(value: unknown) {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true })
      },
    }
  }

  return (req) => {
    const prototype: object | null = Object.getPrototypeOf(req)
    if (prototype === null || prepared.has(prototype)) return
    prepared.add(prototype)
    const shared = sharedPrototype(prototype)
    if (shared === null) return
    for (const name of names) {
      if (!(name in shared)) Reflect.defineProperty(shared, name, accessor(name))
    }
  }
}

/** The last one before Node's own; `null` for what no framework has taken over, where properties cost nothing. */
function sharedPrototype(prototype: object): object | null {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.getPrototypeOf(at) === IncomingMessage.prototype) return at
  }
  return null
}
