import type { Clock } from '../clock.js'
import type { Found } from '../coherence/batched-load.js'
import { Refusal } from '../errors.js'
import type { KeyUse, KeyUses, WrittenUses } from '../key/use.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { createRecordsReader } from '../store/rows.js'
import type { MemoryOwners } from './memory-owners.js'
import { copyOf, emptyState, type MemoryState } from './memory-state.js'
import { openTransaction } from './memory-transaction.js'

/** What stands in for PostgreSQL. */
export interface MemoryStore {
  /** One after the other; what fails has done nothing. */
  readonly inTransaction: InKeyTransaction
  readonly find: (keyHash: string) => Found
  readonly write: (uses: KeyUses) => Promise<WrittenUses>
}

export function createMemoryStore(owners: MemoryOwners, clock: Clock): MemoryStore {
  const readRecords = createRecordsReader('tenantId')
  let state = emptyState()
  let underWay: Promise<unknown> = Promise.resolve()

  const inTransaction: InKeyTransaction = (work) => {
    const answered = underWay.then(async () => {
      const before = copyOf(state)
      try {
        return await work(openTransaction(state, owners, readRecords, clock.wallMs()))
      } catch (error) {
        state = before
        throw error
      }
    })
    underWay = answered.catch(() => {})
    return answered
  }

  return {
    inTransaction,
    find(keyHash) {
      const row = [...state.keys.values()].find((each) => each.keyHash === keyHash)
      const record = row === undefined ? null : (readRecords([row]).get(keyHash) ?? null)
      if (record instanceof Refusal) throw record
      return { record, nowMs: clock.wallMs() }
    },
    async write(uses) {
      for (const [id, use] of uses) note(state, id, use)
      return { left: new Map() }
    },
  }
}

function note({ keys, usage }: MemoryState, id: string, { lastUsedMs, days }: KeyUse): void {
  const row = keys.get(id)
  if (row === undefined) return
  if (lastUsedMs > 0) {
    keys.set(id, { ...row, lastUsedAt: new Date(lastUsedMs) })
    endGrace(keys, row.rotatedFromId, lastUsedMs)
  }
  const counts = usage.get(id) ?? new Map()
  for (const { day, requests, refused } of days) {
    const before = counts.get(day) ?? { requests: 0, refused: 0 }
    counts.set(day, { requests: before.requests + requests, refused: before.refused + refused })
  }
  usage.set(id, counts)
}

/** Of the key before it, which lives on for a while from the first use of its successor. */
function endGrace(keys: MemoryState['keys'], id: string | null, usedMs: number): void {
  const row = id === null ? undefined : keys.get(id)
  if (row === undefined || row.graceAfterUseMs === null) return
  const endsMs = Math.min(usedMs + row.graceAfterUseMs, row.expiresAt?.getTime() ?? Infinity)
  keys.set(row.id, { ...row, expiresAt: new Date(endsMs), graceAfterUseMs: null, version: row.version + 1 })
}
