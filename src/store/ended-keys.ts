import type { OwnerId } from '../key/host.js'
import type { OwnKeys } from '../key/own-keys.js'
import type { RawClient } from './client.js'
import { endedIdsSql, familyIdsSql, pruneSql, revokeSql, unrevokedIdsSql } from './ended-keys-sql.js'
import type { Trail } from './event-rows.js'
import { type LockedRow, toLockedRows } from './locked-rows.js'
import { requireRows } from './raw-rows.js'
import { blameUser } from './wrong-owner-id.js'

export interface FamilyOfTenant {
  readonly tenantId: OwnerId
  readonly familyId: string
}

export interface UnrevokedKeysOfTenant {
  readonly tenantId: OwnerId
  readonly userId: OwnerId | undefined
  /** Only keys of this keyring. */
  readonly bound: OwnKeys | undefined
  readonly limit: number
}

export interface EndedKeysOfTenant {
  readonly tenantId: OwnerId
  readonly before: Date
  readonly limit: number
}

/** How keys end, and how they go, each with its line in the trail. What was found may have changed when it is locked. */
export interface EndedKeys {
  /** Ids of keys of a chain of rotations that are not revoked. */
  findFamily(family: FamilyOfTenant): Promise<readonly string[]>
  /** Ids of keys that are not revoked. */
  findUnrevoked(keys: UnrevokedKeysOfTenant): Promise<readonly string[]>
  /** Those of the keys that are not revoked; answers which. */
  revoke(trail: Trail, ids: readonly string[], reason: string | null): Promise<readonly LockedRow[]>
  /** Ids of keys that were revoked, or expired, before. */
  findEnded(keys: EndedKeysOfTenant): Promise<readonly string[]>
  /** Those of the keys that were revoked, or expired, before; answers which. */
  prune(trail: Trail, ids: readonly string[], before: Date): Promise<readonly LockedRow[]>
}

export function createEndedKeys(client: RawClient, schema: string, now: Date): EndedKeys {
  const ask = (sql: string, ...values: unknown[]) => client.$queryRawUnsafe(sql, ...values)
  const by = ({ tenantId, actor }: Trail) => [
    String(tenantId),
    now.toISOString(),
    actor.kind,
    actor.id,
    actor.address,
  ]

  return {
    async findFamily({ tenantId, familyId }) {
      return toIds(await ask(familyIdsSql(schema), String(tenantId), familyId))
    },
    async findUnrevoked({ tenantId, userId, bound, limit }) {
      const user = userId === undefined ? null : String(userId)
      const asking = ask(unrevokedIdsSql(schema), String(tenantId), user, limit, bound?.pattern ?? null)
      return toIds(await asking.then(undefined, blameUser(userId)))
    },
    async revoke(trail, ids, reason) {
      return toLockedRows(await ask(revokeSql(schema), ...by(trail), JSON.stringify(ids), reason))
    },
    async findEnded({ tenantId, before, limit }) {
      return toIds(await ask(endedIdsSql(schema), String(tenantId), before.toISOString(), limit))
    },
    async prune(trail, ids, before) {
      return toLockedRows(
        await ask(pruneSql(schema), ...by(trail), JSON.stringify(ids), before.toISOString()),
      )
    },
  }
}

function toIds(rows: unknown): readonly string[] {
  return requireRows(rows, isIdRow).map(({ id }) => id)
}

function isIdRow(row: unknown): row is { readonly id: string } {
  return typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'string'
}
