import type { Request } from 'express'
import type { Credential } from './credential.js'
import { areMountedTogether } from './mounted-together.js'
import { authenticationOf, type Standpoint } from './request.js'

/** Whether a middleware before this one has admitted a request. */
export function isAdmitted<P>(req: Request<P>): boolean {
  return (authenticationOf(req)?.admission ?? null) !== null
}

/**
 * Whether a middleware at the same place in the app, which leaves to others what is theirs, has admitted this credential,
 * or one that is not looked for here. Side by side, any of them may admit. Further in, a middleware is there to let
 * fewer in: what the app admits for all routes opens no route that asks for keys of another keyring.
 */
export function isAdmittedBeside<P>(req: Request<P>, credential: Credential, handler: object): boolean {
  const earlier = authenticationOf(req)
  if (earlier === undefined || earlier.admission === null || earlier.sharedAt === null) return false
  if (credential !== null && credential !== earlier.credential) return false
  const { baseUrl, route, next, ...there } = earlier.sharedAt
  if (baseUrl !== req.baseUrl || route !== req.route || next !== req.next) return false
  // `/:area` and `/admin` match the same text.
  const isTogether = areMountedTogether(req.app, there.handler, handler)
  return isTogether ?? JSON.stringify(there.params) === JSON.stringify(req.params)
}

/** Where in the app a middleware stands that a request has come to. */
export function standpointOf<P>({ baseUrl, route, next, params }: Request<P>, handler: object): Standpoint {
  return { handler, baseUrl, route, next, params: Object(params) }
}
