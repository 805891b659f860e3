import { randomUUID } from 'node:crypto'
import type { EpochReading, EpochStep } from '../../src/epoch.js'
import type { KeyRecord } from '../../src/key/verdict.js'
import type { Change } from './interleaved-plan.js'
import { keyRecord } from './key-record.js'

interface Version {
  readonly committedMs: number
  readonly isLiving: boolean
  /** Gone altogether, not only revoked. */
  readonly isDeleted: boolean
}

/** Keys with all their versions, and the epoch that steps when one of them is changed. */
export function interleavedDatabase(keyHashes: readonly string[], nowMs: () => number) {
  let epoch = 0n
  let stamp: string = randomUUID()
  const histories = new Map<string, Version[]>()
  const versionOf = new WeakMap<KeyRecord, number>()
  const insert = (keyHash: string) =>
    histories.set(keyHash, [{ committedMs: nowMs(), isLiving: true, isDeleted: false }])
  keyHashes.forEach(insert)

  return {
    /** Keys are issued without a step. */
    insert,
    /** `null` when there is nothing to change. */
    commit({ keyHash, kind, names }: Change): EpochStep | null {
      const history = histories.get(keyHash)
      if (history?.at(-1)?.isLiving !== true) return null
      history.push({ committedMs: nowMs(), isLiving: kind === 'change', isDeleted: kind === 'delete' })
      const stampBefore = stamp
      epoch += 1n
      stamp = randomUUID()
      return { epoch, stamp, stampBefore, keyHashes: names === 'all' ? null : [keyHash] }
    },
    readEpoch: (): EpochReading => ({ epoch, stamp, databaseMs: nowMs() }),
    read(keyHash: string): KeyRecord | null {
      const history = histories.get(keyHash)
      const last = history?.at(-1)
      if (history === undefined || last === undefined || last.isDeleted) return null
      const record = keyRecord(`${keyHash}, version ${history.length}`, { isRevoked: !last.isLiving })
      versionOf.set(record, history.length)
      return record
    },
    isLiving: (keyHash: string) => histories.get(keyHash)?.at(-1)?.isLiving === true,
    /** How long ago a record was replaced; 0 when it is the latest. */
    staleMs(keyHash: string, record: KeyRecord): number {
      const next = histories.get(keyHash)?.[versionOf.get(record) ?? 0]
      return next === undefined ? 0 : nowMs() - next.committedMs
    },
  }
}
