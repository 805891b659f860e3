import { randomUUID } from 'node:crypto'
import { InvalidInput } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import type { DefaultLimits } from '../key/attenuation.js'
import type { Host, TextHost } from '../key/host.js'
import type { OwnKeys } from '../key/own-keys.js'
import type { Scope } from '../key/scope.js'
import type { KnownScopes } from '../key/scope-definition.js'
import type { SecretFormat } from '../key/secret.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { MissingOwner } from '../store/missing-owner.js'
import { changedByFields, requireChangedBy, requireCovered, requireStanding } from './changed-by.js'
import { type Idempotency, type ReplayedKey, replay, requireIdempotency } from './idempotency.js'
import { requireFields, requireOwnerId } from './input.js'
import type { IssueFields } from './issue-fields.js'
import { issuedDetails } from './issued-details.js'
import {
  requireAllowedCidrs,
  requireExpiry,
  requireFuture,
  requireLimits,
  requireMetadata,
  requireName,
  requireScopes,
} from './key-input.js'

/** What `keyring.issue` takes. */
export interface IssueInput<H extends Host = TextHost, S extends Scope = Scope> extends IssueFields<H, S> {
  readonly idempotency?: undefined
}

/** What `keyring.issue` takes where a repeated request must make one key. */
export interface IdempotentIssueInput<H extends Host = TextHost, S extends Scope = Scope>
  extends IssueFields<H, S> {
  readonly idempotency?: Idempotency | undefined
}

/** What `issue` and `rotate` return: a key, and the one sight of its secret. */
export interface IssuedKey<H extends Host = TextHost> {
  readonly apiKey: ApiKey<H>
  /** The whole secret. It exists here and nowhere else: hand it over, do not log it. */
  readonly secret: string
}

export interface Issue<H extends Host = TextHost, S extends Scope = Scope> {
  /** Makes a key and returns its secret, the only time it exists. */
  (input: IssueInput<H, S>): Promise<IssuedKey<H>>
  /** With `idempotency`, a repeated request makes no second key, and its answer has no secret. */
  (input: IdempotentIssueInput<H, S>): Promise<IssuedKey<H> | ReplayedKey<H>>
}

interface Dependencies {
  readonly format: SecretFormat
  readonly inTransaction: InKeyTransaction
  readonly defaultLimits: DefaultLimits
  readonly scopes: KnownScopes | undefined
  readonly own: OwnKeys
}

const fields = [
  ...[
    'tenantId',
    'userId',
    'name',
    'scopes',
    'limits',
    'allowedCidrs',
    'expiresAt',
    'metadata',
    'idempotency',
  ],
  ...changedByFields,
]

export function createIssue({
  format,
  inTransaction,
  defaultLimits,
  scopes,
  own,
}: Dependencies): Issue<Host> {
  function issue(input: IssueInput<Host>): Promise<IssuedKey<Host>>
  function issue(input: IdempotentIssueInput<Host>): Promise<IssuedKey<Host> | ReplayedKey<Host>>
  async function issue(input: IdempotentIssueInput<Host>): Promise<IssuedKey<Host> | ReplayedKey<Host>> {
    requireFields(input, fields)
    const tenantId = requireOwnerId('tenantId', input.tenantId)
    const asked = {
      userId: requireOwnerId('userId', input.userId),
      name: requireName(input.name, format),
      scopes: requireScopes(input.scopes ?? [], scopes),
      limits: requireLimits(input.limits),
      allowedCidrs: requireAllowedCidrs(input.allowedCidrs),
      expiresAt: requireExpiry(input.expiresAt),
      metadata: requireMetadata(input.metadata ?? {}, format),
    }
    const idempotency = requireIdempotency(input.idempotency, own.prefix, 'issue')
    const by = requireChangedBy(input, tenantId, own)

    const { secret, ...presented } = format.generate()
    const key = { tenantId, id: randomUUID() }
    return inTransaction(async (keys) => {
      // An issuer that is revoked meanwhile is revoked after this, or before its rights are looked at.
      await keys.join(tenantId)
      requireCovered(await requireStanding(keys, by), defaultLimits, asked)
      requireFuture(asked.expiresAt, keys.nowMs)
      const replayed = await replay(keys, idempotency, key)
      if (replayed !== null) return replayed
      const apiKey = await keys.insert({
        ...key,
        ...asked,
        ...presented,
        rotatedFromId: null,
        familyId: null,
      })
      const event = { apiKeyId: key.id, type: 'issued', details: issuedDetails(apiKey) } as const
      await keys.record({ tenantId, actor: by.actor }, [event])
      return Object.freeze({ apiKey, secret })
    }).catch(explainOwner)
  }
  return issue
}

function explainOwner(error: unknown): never {
  if (!(error instanceof MissingOwner)) throw error
  throw new InvalidInput('userId', 'there is no such user in the tenant of tenantId')
}
