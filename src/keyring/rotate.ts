import { randomUUID } from 'node:crypto'
import { DAY_MS } from '../clock.js'
import { InvalidInput } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import type { DefaultLimits } from '../key/attenuation.js'
import { recorded } from '../key/audit-event.js'
import type { Host, TextHost } from '../key/host.js'
import type { OwnKeys } from '../key/own-keys.js'
import { type Grace, type GraceStart, gracePeriod, graceStarts } from '../key/rotation.js'
import type { SecretFormat } from '../key/secret.js'
import type { InKeyTransaction, KeyTransaction } from '../store/key-transaction.js'
import { MissingOwner } from '../store/missing-owner.js'
import {
  type ChangedBy,
  changedByFields,
  requireChangedBy,
  requireCovered,
  requireStanding,
} from './changed-by.js'
import { type Idempotency, type ReplayedKey, replay, requireIdempotency } from './idempotency.js'
import { requireChoice, requireFields, requireId, requireNumber, requireOwnerId } from './input.js'
import type { IssuedKey } from './issue.js'
import { issuedDetails } from './issued-details.js'
import { conflict, type LockedKey, lockKey, requireActive } from './key-state.js'

const DEFAULT_DEADLINE_MS = 7 * DAY_MS
export const MAX_GRACE_MS = 366 * DAY_MS
/** What the column holds. */
const MAX_GRACE_AFTER_USE_MS = 2_147_483_647

export interface RotateFields<H extends Host = TextHost> extends ChangedBy<H> {
  readonly tenantId: H['tenantId']
  readonly id: string
  /** How long the old key lives on, in milliseconds; default 0: it ends at once. Never longer than it would have. */
  readonly graceMs?: number
  /**
   * When `graceMs` begins: `now` (default), or with the `first-use` of the new key, which is written within a second of it
   * while the database answers.
   */
  readonly graceFrom?: GraceStart
  /** With `first-use`: the old key ends after this long in any case, in milliseconds; default 7 days. */
  readonly deadlineMs?: number
}

/** What `keyring.rotate` takes. */
export interface RotateInput<H extends Host = TextHost> extends RotateFields<H> {
  readonly idempotency?: undefined
}

/** What `keyring.rotate` takes where a repeated request must make one successor. */
export interface IdempotentRotateInput<H extends Host = TextHost> extends RotateFields<H> {
  readonly idempotency?: Idempotency | undefined
}

export interface Rotate<H extends Host = TextHost> {
  /** Makes a successor with the same rights and a secret of its own, and ends the old key after a grace period. */
  (input: RotateInput<H>): Promise<IssuedKey<H>>
  /** With `idempotency`, a repeated request makes no second successor, and its answer has no secret. */
  (input: IdempotentRotateInput<H>): Promise<IssuedKey<H> | ReplayedKey<H>>
}

interface Dependencies {
  readonly format: SecretFormat
  readonly inTransaction: InKeyTransaction
  readonly defaultLimits: DefaultLimits
  readonly own: OwnKeys
}

const fields = ['tenantId', 'id', 'graceMs', 'graceFrom', 'deadlineMs', 'idempotency', ...changedByFields]

export function createRotate({ format, inTransaction, defaultLimits, own }: Dependencies): Rotate<Host> {
  function rotate(input: RotateInput<Host>): Promise<IssuedKey<Host>>
  function rotate(input: IdempotentRotateInput<Host>): Promise<IssuedKey<Host> | ReplayedKey<Host>>
  async function rotate(input: IdempotentRotateInput<Host>): Promise<IssuedKey<Host> | ReplayedKey<Host>> {
    requireFields(input, fields)
    const key = { tenantId: requireOwnerId('tenantId', input.tenantId), id: requireId('id', input.id) }
    const grace = requireGrace(input)
    const idempotency = requireIdempotency(input.idempotency, own.prefix, `rotate ${key.id}`)
    const by = requireChangedBy(input, key.tenantId, own)

    const { secret, ...presented } = format.generate()
    const id = randomUUID()
    return inTransaction(async (keys) => {
      await keys.standAlone(key.tenantId)
      const issuers = await requireStanding(keys, by)
      const locked = await lockKey(keys, key, by.bound)
      requireCovered(issuers, defaultLimits, locked.apiKey)
      const replayed = await replay(keys, idempotency, { ...key, id })
      if (replayed !== null) return replayed
      requireRotatable(locked.apiKey, keys.nowMs)
      // The successor first: it locks its tenant, which whoever changes a tenant locks before the epoch.
      const apiKey = await keys.insert({ ...inherited(locked), ...presented, id })
      const old = await end(keys, locked, grace)
      const details = { successorId: id, expiresAt: recorded(old.expiresAt) }
      await keys.record({ tenantId: key.tenantId, actor: by.actor }, [
        { apiKeyId: key.id, type: 'rotated', details },
        { apiKeyId: id, type: 'issued', details: { ...issuedDetails(apiKey), rotatedFromId: key.id } },
      ])
      return Object.freeze({ apiKey, secret })
    }).catch(explainOwner)
  }
  return rotate
}

function explainOwner(error: unknown): never {
  if (!(error instanceof MissingOwner)) throw error
  throw conflict('The user of the API key is no longer in its tenant.')
}

function requireRotatable(apiKey: ApiKey<Host>, nowMs: number): void {
  const { revokedAt, rotatedAt } = apiKey
  // Before its expiry: whoever lost a race of rotations hears one sentence, whichever transaction began first.
  if (revokedAt === null && rotatedAt !== null) throw conflict('The API key was rotated before.')
  requireActive(apiKey, nowMs)
}

function end(keys: KeyTransaction, { row, apiKey }: LockedKey, grace: Grace): Promise<ApiKey<Host>> {
  const period = gracePeriod(apiKey.expiresAt, grace, keys.nowMs)
  return keys.change(row, apiKey.tenantId, { ...period, rotatedAt: new Date(keys.nowMs) })
}

/** Everything but the secret: a successor may do what its predecessor may, as long as it would have. */
function inherited({ row, apiKey }: LockedKey) {
  const { tenantId, userId, name, scopes, limits, allowedCidrs, metadata, expiresAt } = apiKey
  return {
    tenantId,
    userId,
    name,
    scopes,
    limits,
    allowedCidrs,
    metadata,
    expiresAt,
    rotatedFromId: row.id,
    familyId: row.familyId,
  }
}

function requireGrace({ graceMs = 0, graceFrom = 'now', deadlineMs }: RotateFields<Host>): Grace {
  requireChoice('graceFrom', graceFrom, graceStarts)
  const max = graceFrom === 'now' ? MAX_GRACE_MS : MAX_GRACE_AFTER_USE_MS
  requireNumber('graceMs', graceMs, { min: 0, max })
  if (deadlineMs === undefined) return { graceMs, graceFrom, deadlineMs: DEFAULT_DEADLINE_MS }
  if (graceFrom === 'now')
    throw new InvalidInput('deadlineMs', 'must be left out unless graceFrom is first-use')
  requireNumber('deadlineMs', deadlineMs, { min: 1, max: MAX_GRACE_MS })
  return { graceMs, graceFrom, deadlineMs }
}
