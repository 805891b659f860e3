import { isObject, type Layer } from './layers.js'

/**
 * The app inside of a layer that `app.use(path, otherApp)` made; `null` for any other layer. Express hides it in a closure,
 * but gives each request the prototype of the app that it enters: so an empty request is sent in, which ends there, before
 * the first handler.
 */
export function mountedAppOf({ handle }: Layer): unknown {
  return handle.name === 'mounted_app' ? appEnteredBy(handle) : null
}

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
