import type { Scope } from '../key/scope.js'

/** What a handler of this package does with the requests that it gets. */
export type HandlerFacts =
  /** `isClosed`: nobody passes without a key of its keyring. */
  | { readonly kind: 'authenticates'; readonly isClosed: boolean }
  | { readonly kind: 'asks_all'; readonly scopes: readonly Scope[] }
  | { readonly kind: 'asks_any'; readonly scopes: readonly Scope[] }
  /** It answers requests, and asks the application's `authorize` before. */
  | { readonly kind: 'authorizes' }

// Beside the handlers: a name can be anybody's, and a property would be seen by whoever lists them.
const known = new WeakMap<object, HandlerFacts>()

export function withFacts<Handler extends object>(handler: Handler, facts: HandlerFacts): Handler {
  known.set(handler, facts)
  return handler
}

/** `undefined` for a handler of the application's. */
export function factsOf(handler: object): HandlerFacts | undefined {
  return known.get(handler)
}
