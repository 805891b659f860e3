import { setTimeout as sleep } from 'node:timers/promises'
import type { Observer } from '../events.js'
import type { KeyUses, WrittenUses } from '../key/use.js'
import type { KeyRecord } from '../key/verdict.js'
import { withoutHashes } from '../without-hashes.js'
import { createFlushTimer } from './flush-timer.js'
import { createFlushes } from './flushes.js'
import { createPendingUses } from './pending-uses.js'

/** The first use of a successor is waited for: the grace of its predecessor may begin with it. */
const FIRST_USE_FLUSH_MS = 100

/** However long the database is away, this many keys are remembered for it. */
const MAX_REMEMBERED = 100_000
/** From here on nothing waits for its time. */
const MANY = MAX_REMEMBERED / 2

/** At about 60 µs a row, a fifth of a second. */
const CHUNK = 3_000

/** Counts do not wait longer than this, however seldom times are written. */
const MAX_WAIT_MS = 60_000

/** Keys that are being changed, or flushed by another process, are let alone; who wants all does not wait for long. */
const MAX_TRIES = 5
const PAUSE_MS = 100

/** How a flush ended; `left`: some keys were being changed. */
type Outcome = 'written' | 'left' | 'failed'

export interface RecorderOptions {
  /** Writes all of it but what it leaves, or throws and has written nothing. */
  readonly write: (uses: KeyUses) => Promise<WrittenUses>
  readonly observe: Observer
  /** A key is written at most once in this time. */
  readonly resolutionMs: number
  readonly flushMs: number
}

/** Notes how keys are used, off the request's path: what is noted reaches the database later. */
export interface UsageRecorder {
  /** Counts a request, and notes when the key was used. Never waits, never throws. */
  readonly admitted: (record: KeyRecord, nowMs: number) => void
  /** Counts a request that was refused although the key is known. */
  readonly refused: (id: string, nowMs: number) => void
  /** Of a request that was counted as admitted, and is refused by somebody after us. */
  readonly refusedAfterwards: (id: string, nowMs: number) => void
  /** Writes all that is noted, but for keys that stay locked for half a second. */
  readonly flush: () => Promise<void>
  /** The last flush. */
  readonly close: () => Promise<void>
}

export function createUsageRecorder({
  write,
  observe,
  resolutionMs,
  flushMs,
}: RecorderOptions): UsageRecorder {
  const pending = createPendingUses(MAX_REMEMBERED)
  const waitMs = Math.min(resolutionMs, MAX_WAIT_MS)
  const timer = createFlushTimer(() => flush(pending.size() > MANY ? 0 : waitMs))

  function admitted(record: KeyRecord, nowMs: number): void {
    const { id, rotatedFromId } = record.principal.apiKey
    count(id, nowMs, 1, 0)
    if (nowMs - record.lastUsedMs < resolutionMs) return
    const isAwaited = rotatedFromId !== null && record.lastUsedMs === 0
    record.lastUsedMs = nowMs
    pending.stamp(id, nowMs)
    timer.set(isAwaited ? Math.min(FIRST_USE_FLUSH_MS, flushMs) : flushMs)
  }

  function count(id: string, nowMs: number, requests: number, refused: number): void {
    if (pending.count(id, nowMs, requests, refused)) timer.set(Math.max(waitMs, flushMs))
  }

  const flush = createFlushes(writeOlder)

  async function writeOlder(olderThanMs: number): Promise<Outcome> {
    timer.clear()
    const batch = pending.take(olderThanMs)
    scheduleRest()
    const rest = [...batch]
    let outcome: Outcome = 'written'
    while (rest.length > 0) {
      const { left, failure } = await writeOrLeave(new Map(rest.slice(0, CHUNK)))
      rest.splice(0, CHUNK)
      putBack(left)
      if (failure !== undefined) {
        // What is written is never put back: counts are added up, and would be added twice.
        putBack(new Map(rest))
        const keys = left.size + rest.length
        observe({ type: 'usage_flush_failed', keys, cause: withoutHashes(failure) })
        return 'failed'
      }
      if (left.size > 0) outcome = 'left'
    }
    return outcome
  }

  async function writeOrLeave(uses: KeyUses): Promise<WrittenUses> {
    try {
      return await write(uses)
    } catch (failure) {
      return { left: uses, failure }
    }
  }

  function scheduleRest(): void {
    const oldestMs = pending.oldestMs()
    if (oldestMs !== null) timer.set(Math.max(flushMs, oldestMs + waitMs - performance.now()))
  }

  function putBack(left: KeyUses): void {
    pending.putBack(left)
    if (left.size > 0) timer.set(flushMs)
  }

  async function writeAll(): Promise<void> {
    for (let tries = 1; (await flush(0)) === 'left' && tries < MAX_TRIES; tries += 1) await sleep(PAUSE_MS)
  }

  return {
    admitted,
    refused: (id, nowMs) => count(id, nowMs, 1, 1),
    refusedAfterwards: (id, nowMs) => count(id, nowMs, 0, 1),
    flush: writeAll,
    close: async () => {
      await writeAll()
      timer.clear()
    },
  }
}
