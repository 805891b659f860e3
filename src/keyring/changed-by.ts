import { ApiKeyError, InvalidInput } from '../errors.js'
import { type Actor, type ActorKind, actorKinds, actorOf, type EventActor } from '../key/actor.js'
import { cannotManage, type DefaultLimits, exceeds, type Issuer, type Rights } from '../key/attenuation.js'
import type { Host, OwnerId, TextHost } from '../key/host.js'
import type { OwnKeys } from '../key/own-keys.js'
import type { Principal } from '../key/principal.js'
import { judge } from '../key/verdict.js'
import type { KeyTransaction } from '../store/key-transaction.js'
import { MAX_ID_LENGTH, requireChoice, requireFields, requireKeptText } from './input.js'

const MAX_ADDRESS_LENGTH = 100

/** On whose behalf a key is changed. */
export interface ChangedBy<H extends Host = TextHost> {
  /**
   * The principal that asks, whose rights bound what is done: it must hold `api-keys:manage`, and manages keys of its own
   * keyring. Left out, the application itself acts, without a bound.
   */
  readonly issuer?: Principal<H>
  /** Who is noted in the trail; default: the issuer's API key, else the system. */
  readonly actor?: Actor
}

export const changedByFields = ['issuer', 'actor'] as const

export interface ParsedChangedBy {
  readonly issuer: Principal<Host> | undefined
  readonly actor: EventActor
  /** The keys that the issuer's rights end at; `undefined` where the application itself acts. */
  readonly bound: OwnKeys | undefined
}

/** Throws `exceeds_issuer` for an issuer that may manage no keys of this tenant and keyring. */
export function requireChangedBy(input: ChangedBy<Host>, tenantId: OwnerId, own: OwnKeys): ParsedChangedBy {
  const issuer = requireIssuer(input)
  const actor = requireActor(input.actor)
  if (issuer !== undefined) refuse(cannotManage(issuer, tenantId, own))
  return { issuer, actor: actorOf(actor, issuer), bound: issuer === undefined ? undefined : own }
}

/**
 * The issuer as it was given, and as it stands now: it may have been kept since, and what it hands out would outlive
 * its end. Throws `exceeds_issuer` for one that a request would be refused with, or that lost the right to manage keys.
 */
export async function requireStanding(
  keys: KeyTransaction,
  { issuer, bound }: ParsedChangedBy,
): Promise<readonly Issuer[]> {
  if (issuer === undefined || bound === undefined) return []
  const { tenantId, id } = issuer.apiKey
  const record = await keys.findRecord({ tenantId, id })
  if (record === null || judge(record, keys.nowMs) !== 'active') {
    throw exceedsIssuer('The issuer is no active API key.')
  }
  refuse(cannotManage(record.principal, tenantId, bound))
  return [issuer, record.principal]
}

/** Throws `exceeds_issuer` for rights that an issuer may not hand out. */
export function requireCovered(
  issuers: readonly Issuer[],
  defaults: DefaultLimits,
  ...all: readonly Rights[]
): void {
  for (const issuer of issuers) for (const rights of all) refuse(exceeds(issuer, rights, defaults))
}

function refuse(why: string | null): void {
  if (why !== null) throw exceedsIssuer(why)
}

function exceedsIssuer(why: string): ApiKeyError {
  return new ApiKeyError('exceeds_issuer', why)
}

/** A principal that is missing must not be taken for an application that acts without a bound. */
function requireIssuer(input: ChangedBy<Host>): Principal<Host> | undefined {
  if (!('issuer' in input)) return undefined
  const issuer: Partial<Principal<Host>> | null | undefined = input.issuer
  if (typeof issuer?.grants?.covers === 'function' && typeof issuer.apiKey?.id === 'string')
    return input.issuer
  throw new InvalidInput('issuer', 'must be a principal; leave it out where the application itself acts')
}

export function requireActor(value: unknown): Actor | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null)
    throw new InvalidInput('actor', 'must be an object with a kind')
  const { kind, id, address }: { kind?: unknown; id?: unknown; address?: unknown } = value
  const known: ActorKind = requireChoice('actor.kind', kind, actorKinds)
  requireFields(value, ['kind', 'id', 'address'])
  return {
    kind: known,
    ...(id === undefined
      ? {}
      : { id: requireKeptText('actor.id', id, { what: 'of its own', max: MAX_ID_LENGTH }) }),
    ...(address === undefined
      ? {}
      : {
          address: requireKeptText('actor.address', address, {
            what: 'such as an IP address',
            max: MAX_ADDRESS_LENGTH,
          }),
        }),
  }
}
