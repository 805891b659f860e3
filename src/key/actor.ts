import type { Host } from './host.js'
import type { Principal } from './principal.js'

/** Who acts, for the trail. `id` is whatever the application knows its people by; `address` is usually an IP address. */
export interface Actor {
  readonly kind: ActorKind
  readonly id?: string
  readonly address?: string
}

/** Who did something to a key: a person, a key, or code of the application. */
export type ActorKind = 'user' | 'api_key' | 'system'

export const actorKinds: readonly ActorKind[] = ['user', 'api_key', 'system']

/** Who acted, as the trail tells it; `null` is not known. */
export interface EventActor {
  readonly kind: ActorKind
  readonly id: string | null
  readonly address: string | null
}

/** Who is named, else the key that issues, else nobody in particular. */
export function actorOf(actor: Actor | undefined, issuer: Principal<Host> | undefined): EventActor {
  if (actor !== undefined) {
    return { kind: actor.kind, id: actor.id ?? null, address: actor.address ?? null }
  }
  if (issuer !== undefined) return { kind: 'api_key', id: issuer.apiKey.id, address: null }
  return { kind: 'system', id: null, address: null }
}
