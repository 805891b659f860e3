import type { Caller } from '../caller.js'
import type { Observer } from '../events.js'
import type { Host, TextHost } from '../key/host.js'
import type { Principal } from '../key/principal.js'
import type { Scope } from '../key/scope.js'
import type { PresentedKey } from '../key/secret.js'
import type { Admitting, admission } from './admission.js'
import type { Events } from './events.js'
import type { Get } from './get.js'
import type { KeyringHealth } from './health.js'
import type { Inspect } from './inspect.js'
import type { Issue } from './issue.js'
import type { List } from './list.js'
import type { Prune } from './prune.js'
import type { Revoke } from './revoke.js'
import type { RevokeAll } from './revoke-all.js'
import type { Rotate } from './rotate.js'
import type { Update } from './update.js'
import type { Usage } from './usage.js'

/**
 * The keys of one application. Every verb that manages keys takes the tenant, and finds nothing of another.
 * All verbs throw `ApiKeyError`: `store_unavailable` when the database does not answer in time, and those that take an
 * input `invalid_input`, naming its field. `S` are the scopes that keys can be given.
 */
export interface Keyring<H extends Host = TextHost, S extends Scope = Scope> {
  /** What its secrets begin with. */
  readonly prefix: string
  /** What imported keys begin with. */
  readonly imported: readonly string[]
  /**
   * Makes a key and returns its secret, the only time it exists. Throws `invalid_input`, naming the field;
   * `exceeds_issuer`; with `idempotency` also `idempotency_conflict`.
   *
   * @example
   * const { apiKey, secret } = await keyring.issue({
   *   ...{ tenantId, userId, name: 'CI', scopes: ['orders:read'] },
   *   ...{ limits: ['10/s'], allowedCidrs: ['192.0.2.0/24'], expiresAt: new Date('2099-01-01') },
   * })
   */
  readonly issue: Issue<H, S>
  /**
   * Makes a successor with the same rights and a secret of its own, and ends the old key after a grace period.
   * Of many at once, one succeeds. Throws `not_found`, `exceeds_issuer`, `conflict` for a key that is revoked, expired
   * or was rotated before; with `idempotency` also `idempotency_conflict`.
   *
   * @example
   * const { secret } = await keyring.rotate({ tenantId, id, graceMs: 86_400_000 })
   */
  readonly rotate: Rotate<H>
  /**
   * Changes the named fields of a living key. Throws `not_found`, `exceeds_issuer`, `conflict` for a key that is
   * revoked or expired, and `precondition_failed`.
   *
   * @example
   * await keyring.update({ tenantId, id, scopes: ['orders:read'], ifVersion: apiKey.version })
   */
  readonly update: Update<H, S>
  /** Ends a key for ever; repeating it changes nothing. Throws `not_found` and `exceeds_issuer`. */
  readonly revoke: Revoke<H>
  /** Ends all keys of a tenant, or of one of its users, for ever; answers how many. Throws `exceeds_issuer`. */
  readonly revokeAll: RevokeAll<H>
  /** Deletes keys that ended long ago; answers how many. What happened to them stays in the trail. */
  readonly prune: Prune<H>
  /**
   * The principal of a secret, or a refusal: `invalid_api_key` for anything but a living key; `rate_limited`,
   * `quota_exceeded` or `quota_exhausted` for one that is over a limit; `forbidden_address` for one with `allowedCidrs`
   * unless the caller's address is given and in them.
   */
  readonly authenticate: (secret: string, caller?: Caller) => Promise<Principal<H>>
  /** Like `authenticate`, but never from memory: it asks the database. For what hands out rights. */
  readonly authenticateFresh: (secret: string, caller?: Caller) => Promise<Principal<H>>
  /** Keys of a tenant, the newest first, 50 a page unless `limit` says otherwise. */
  readonly list: List<H>
  /** One key, or `null` when the tenant has no such key. */
  readonly get: Get<H>
  /** How often a key was used, by day, and how its quotas stand. Throws `not_found`. */
  readonly usage: Usage<H>
  /** What happened to the keys of a tenant, and who did it; the newest first, 50 a page. */
  readonly events: Events<H>
  /**
   * What is known of a secret, whatever tenant it is of: for whoever found one, never to be offered to clients.
   * Throws `invalid_input` for what cannot be a secret of this keyring.
   */
  readonly inspect: Inspect<H>
  /** Finds a secret of this keyring inside a longer text, such as a URL or a log line; needs no database. */
  readonly findSecretIn: (text: string) => Pick<PresentedKey, 'keyPrefix'> | null
  /** Asks the database, within the time limit of a query; never throws. */
  readonly health: () => Promise<KeyringHealth>
  /** The observer given at construction, contained. */
  readonly observe: Observer | undefined
  /**
   * Ends the keyring: loads in flight finish, times of last use are written, timers and connections end. What
   * asks later is refused with `store_unavailable`. A client that was given stays open.
   */
  readonly close: () => Promise<void>
  readonly [admission]?: Admitting
}

/** What middleware needs of a keyring, of whatever host. */
export type RequestKeyring = Pick<
  Keyring<Host>,
  'authenticate' | 'authenticateFresh' | 'findSecretIn' | 'observe' | typeof admission
> &
  Partial<Pick<Keyring, 'prefix' | 'imported'>>

/** The tenant that requests get with keys of a keyring, for `Express.Tenant`: `TenantOf<typeof keyring>`. */
export type TenantOf<K extends RequestKeyring> = Awaited<ReturnType<K['authenticate']>>['tenant']

/** The user that requests get with keys of a keyring, for `Express.User`: `UserOf<typeof keyring>`. */
export type UserOf<K extends RequestKeyring> = Awaited<ReturnType<K['authenticate']>>['user']
