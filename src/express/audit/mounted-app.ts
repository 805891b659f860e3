import { ApiKeyError } from '../../errors.js'
import { isObject, type Layer, stackOf } from './layers.js'

/** The app or the router inside of a layer; `null` where there is none, or none is seen. */
export function mountedIn({ handle }: Layer): unknown {
  if (stackOf(handle) !== null) return handle
  return handle.name === hidden ? appEnteredBy(handle) : null
}

/** What Express calls the handler by which `app.use(path, otherApp)` enters the other. */
const hidden = 'mounted_app'

/**
 * Whether a function of somebody else's, such as tracing puts there, stands in the place of an app or a router. Express has
 * noted the name of what was mounted.
 */
export function isWrapped({ name, handle }: Layer): boolean {
  return name === hidden || ((name === 'router' || name === 'app') && handle.name !== name)
}

export function wrappedAt(paths: readonly string[]): ApiKeyError {
  return new ApiKeyError(
    'unprotected_route',
    `auditRoutes: what is mounted at ${paths.join(', ')} is wrapped in another function, so nobody knows its routes: call auditRoutes() where nothing wraps it.`,
  )
}

/**
 * Express hides the app in a closure, but gives each request the prototype of the app that it enters: so an empty request
 * is sent in, which ends there, before the first handler.
 */
function appEnteredBy(handle: Layer['handle']): unknown {
  const nobody = { request: {}, response: {} }
  let entered: unknown = null
  const request = new Proxy<object>(
    { app: nobody, url: '/', method: 'GET', query: {} },
    {
      setPrototypeOf(_, prototype) {
        if (entered !== null) return true
        entered = isObject(prototype) && 'app' in prototype ? prototype.app : undefined
        throw new Error('far enough')
      },
      // Express 4 enters by a middleware. It goes on after what one throws, but not without a URL.
      get: (target, name) =>
        entered === null ? Reflect.get(target, name) : name === 'app' ? nobody : undefined,
    },
  )
  const response = { setHeader() {}, locals: {} }
  try {
    handle(request, response, () => {})
  } catch {
    // The end that was meant, in Express 5.
  }
  return entered
}
