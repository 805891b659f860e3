import type { Request } from 'express'
import { Refusal } from '../errors.js'
import { admittingOf, authenticatedEvent, toRefusal } from '../express/admission.js'
import { RequestCaller } from '../express/caller.js'
import { credentialReader } from '../express/credential.js'
import { admissionBefore } from '../express/request.js'
import { MANAGE_SCOPE } from '../key/attenuation.js'
import type { Host, TextHost } from '../key/host.js'
import type { Scope } from '../key/scope.js'
import type { Admission } from '../keyring/admission.js'
import type { Keyring } from '../keyring/keyring.js'
import { invalidOption, refuseUnknownOptions } from '../options.js'
import { adminActions } from './actions.js'
import type { Authorize } from './actor.js'

/** What `authorizeByKey` takes. */
export interface AuthorizeByKeyOptions<H extends Host = TextHost, S extends Scope = Scope> {
  /** Whose keys may manage keys. */
  readonly keyring: Keyring<H, S>
}

/**
 * Lets an API key that holds `api-keys:manage` manage the keys of its own tenant, never beyond its own rights. The
 * key is looked up in the database at every request, never in memory. Throws `invalid_option`.
 *
 * @example
 * app.use('/api-keys', apiKeyRouter({ keyring, authorize: authorizeByKey({ keyring }) }))
 */
export function authorizeByKey<H extends Host = TextHost, S extends Scope = Scope>(
  options: AuthorizeByKeyOptions<H, S>,
): Authorize<H>
export function authorizeByKey(options: AuthorizeByKeyOptions<Host>): Authorize<Host> {
  refuseUnknownOptions('authorizeByKey', options, ['keyring'])
  const { keyring } = options
  if (typeof keyring?.authenticateFresh !== 'function') {
    throw invalidOption('authorizeByKey', 'keyring', 'must be what createKeyring() returned')
  }
  const readCredential = credentialReader(['authorization'])

  const admitting = admittingOf(keyring)

  async function admit(secret: string, req: Request): Promise<Admission> {
    try {
      // Asked anew whatever an `apiKeyAuth` before has decided, but charged once.
      return await admitting.admitFresh(
        secret,
        new RequestCaller(req),
        admissionBefore(req, admitting, secret),
      )
    } catch (error) {
      throw toRefusal(error)
    }
  }

  return async function authorizeApiKey(req) {
    const credential = readCredential(req)
    if (credential === null) throw new Refusal('absent')
    const askedAtMs = performance.now()
    const admission = await admit(credential, req)
    const waitedMs = performance.now() - askedAtMs
    const { principal, refuse } = admission
    const { id: apiKeyId, keyPrefix, tenantId, userId } = principal.apiKey
    if (!principal.grants.covers(MANAGE_SCOPE)) {
      refuse()
      throw new Refusal('scope_missing', { requiredScopes: [MANAGE_SCOPE], apiKeyId, keyPrefix })
    }
    keyring.observe?.(authenticatedEvent(admission, waitedMs))
    return { tenantId, userId, issuer: principal, can: adminActions }
  }
}
