import { requireRows } from './raw-rows.js'

/** A row that nobody else can change until the transaction ends. */
export interface LockedRow {
  readonly id: string
  readonly keyHash: string
  /** The first key of its chain of rotations: itself, where there is no chain. */
  readonly familyId: string
}

/** What is read of a row when it is locked. */
export const lockedColumns = `"id"::text AS "id", "key_hash" AS "keyHash",
  COALESCE("family_id", "id")::text AS "familyId"`

export function toLockedRows(rows: unknown): readonly LockedRow[] {
  return requireRows(rows, isLockedRow)
}

function isLockedRow(row: unknown): row is LockedRow {
  if (typeof row !== 'object' || row === null) return false
  if (!('id' in row && 'keyHash' in row && 'familyId' in row)) return false
  return [row.id, row.keyHash, row.familyId].every((text) => typeof text === 'string')
}
