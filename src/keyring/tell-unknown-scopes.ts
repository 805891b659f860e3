import type { Observer } from '../events.js'
import type { KnownScopes } from '../key/scope-definition.js'
import type { FindUnknownScopes } from '../store/unknown-scopes.js'

/**
 * Tells, once, of scopes that keys hold and nobody has defined: left over from before, or misspelt where nobody looked.
 * With the first heartbeat that comes back, when the database is known to answer, and beside it: no request waits.
 */
export function tellUnknownScopes(
  known: KnownScopes | undefined,
  find: FindUnknownScopes,
  observe: Observer,
): Observer {
  if (known === undefined) return observe
  const { grantable } = known
  let isAsked = false

  async function ask(): Promise<void> {
    const scopes = await find(grantable)
    if (scopes.length > 0) observe({ type: 'unknown_scopes', scopes })
  }

  return (event) => {
    observe(event)
    if (isAsked || event.type !== 'cache_flushed' || event.why !== 'first_reading') return
    isAsked = true
    // Where the database fails, others tell of it.
    ask().catch(() => {})
  }
}
