import type { IncomingMessage } from 'node:http'
import type { Admission } from '../keyring/admission.js'

// For the tests of applications. Only code of the same process can put a request in here, and only the subpath
// `express-api-keys/testing` does: nothing that a client sends leads to it.
const actingRequests = new WeakMap<IncomingMessage, Admission>()
let isUsed = false

/** Has a request admitted without a key. */
export function actOn(req: IncomingMessage, admission: Admission): void {
  isUsed = true
  actingRequests.set(req, admission)
}

/** A process that tests nothing pays a look at a boolean. */
export function actingAdmissionOf(req: IncomingMessage): Admission | undefined {
  return isUsed ? actingRequests.get(req) : undefined
}
