import type { NextFunction, Request, Response } from 'express'
import type { ApiKey } from '../key/api-key.js'
import type { OwnerId, OwnerIds, TextIds } from '../key/host.js'
import type { Admission, Admitting } from '../keyring/admission.js'
import type { LimitState } from '../limit-state.js'
import type { Credential } from './credential.js'
import type { Deny } from './deny.js'

/** The ids of keys are those of the tenants and users that the application has declared; texts, where it has declared nothing. */
interface RequestIds extends OwnerIds {
  readonly tenantId: IdOf<Express.Tenant>
  readonly userId: IdOf<Express.User>
}

/** By the shorter name where that says the same. */
type RequestKey = RequestIds extends TextIds ? ApiKey : ApiKey<RequestIds>

type IdOf<Row> = Row extends { readonly id: infer Id extends OwnerId }
  ? Id
  : keyof Row extends never
    ? string
    : OwnerId

declare global {
  namespace Express {
    // Empty, for the host to extend, as Passport does with `User`: whoever declares members says what they are.
    interface Tenant {}
    interface User {}
    interface Request {
      /** The key of this request; `null` when authentication was optional and no key was sent. */
      apiKey?: RequestKey | null | undefined
      /** The tenant the key belongs to. */
      tenant?: Tenant | undefined
      /** The user the key acts for. */
      user?: User | undefined
    }
  }
}

/**
 * A request handler that fits every route. Express' `RequestHandler` would fix `req.params` for the handlers after
 * it: generic as this is, they keep the names of their own path.
 */
export type AnyRouteHandler = <P>(req: Request<P>, res: Response, next: NextFunction) => void

/** How `apiKeyAuth` leaves a request for the guards after it. */
export interface Authentication {
  /** `null` when no key was sent. */
  readonly admission: Admission | null
  /** By what it was admitted, and with what: to do so again would count the request twice. */
  readonly admitting: Admitting
  readonly credential: Credential
  readonly deny: Deny
  readonly tellLimits: (limits: readonly LimitState[], res: Response) => void
  /** Where in the app the middleware stands, if it shares the request with others there; else `null`. */
  readonly sharedAt: Standpoint | null
}

/** The path alone would not do: a router at `/` is further in, too. */
export interface Standpoint {
  readonly handler: object
  readonly baseUrl: string
  readonly params: object
  readonly route: unknown
  /** Each router has its own for each request. */
  readonly next: unknown
}

// Beside the request, so that no other middleware can set or see it; and because each property that is added to
// a request of Express' costs microseconds, for the framework has replaced its prototype.
const authentications = new WeakMap<Express.Request, Authentication>()

// What a later middleware has put in the place of: only requests that pass several pay for it.
const replaced = new WeakMap<Authentication, Authentication>()

export function attach(req: Express.Request, state: Authentication): void {
  const earlier = authentications.get(req)
  if (earlier !== undefined) replaced.set(state, earlier)
  authentications.set(req, state)
  const { admission } = state
  if (admission !== null) {
    const { principal } = admission
    // They come from the host's own tables, and it has said what those hold.
    req.apiKey = principal.apiKey as RequestKey
    req.tenant = principal.tenant as Express.Tenant
    req.user = principal.user as Express.User
    return
  }
  req.apiKey = null
  if (earlier !== undefined) detachOwners(req, earlier)
}

/** What an earlier middleware of ours attached belongs to its key. What a host set itself, such as a session's user, stays. */
function detachOwners(req: Express.Request, { admission }: Authentication): void {
  if (admission === null) return
  const { principal } = admission
  if (req.tenant === principal.tenant) req.tenant = undefined
  if (req.user === principal.user) req.user = undefined
}

export function authenticationOf(req: Express.Request): Authentication | undefined {
  return authentications.get(req)
}

/** By any middleware before, also where others have come between: a request takes of the limits of a key once. */
export function admissionBefore(
  req: Express.Request,
  admitting: Admitting,
  credential: Credential,
): Admission | null {
  let state = authentications.get(req)
  while (state !== undefined) {
    const { admission } = state
    if (admission !== null && state.admitting === admitting && state.credential === credential)
      return admission
    state = replaced.get(state)
  }
  return null
}
