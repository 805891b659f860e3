import type { Request, Response } from 'express'
import type { Refusal } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import type { Principal } from '../key/principal.js'

declare global {
  namespace Express {
    // Empty, for the host to extend, as Passport does with `User`: whoever declares members says what they are.
    interface Tenant {}
    interface User {}
    interface Request {
      /** The key of this request; `null` when authentication was optional and no key was sent. */
      apiKey?: ApiKey | null | undefined
      /** The tenant the key belongs to. */
      tenant?: Tenant | undefined
      /** The user the key acts for. */
      user?: User | undefined
    }
  }
}

/** How `apiKeyAuth` leaves a request for the guards after it. */
export interface Authentication {
  readonly principal: Principal | null
  /** Answers this request with a refusal, the way the middleware was configured. */
  readonly deny: (refusal: Refusal, req: Request, res: Response, next: (error: unknown) => void) => void
}

// Beside the request, so that no other middleware can set or see it; and because each property that is added to
// a request of Express' costs microseconds, for the framework has replaced its prototype.
const authentications = new WeakMap<Request, Authentication>()

export function attach(req: Request, state: Authentication): void {
  const { principal } = state
  authentications.set(req, state)
  req.apiKey = principal === null ? null : principal.apiKey
  if (principal === null) return
  req.tenant = principal.tenant
  req.user = principal.user
}

export function authenticationOf(req: Request): Authentication | undefined {
  return authentications.get(req)
}
