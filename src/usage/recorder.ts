import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Observer } from '../events.js'
import type { KeyRecord } from '../key/verdict.js'
import { withoutHashes } from '../without-hashes.js'

/** The first use of a successor is waited for: the grace of its predecessor may begin with it. */
const FIRST_USE_FLUSH_MS = 100

/** However long the database is away, this many keys are remembered for it. */
const MAX_REMEMBERED = 100_000

/** Keys that are being changed are let alone; closing does not wait for long. */
const LAST_TRIES = 5
const LAST_PAUSE_MS = 100

/** How a flush ended; `left`: some keys were being changed. */
type Outcome = 'written' | 'left' | 'failed'

/** Key ids and milliseconds since 1970. */
type LastUses = ReadonlyMap<string, number>

export interface RecorderOptions {
  /** Answers what is left for the next time, because somebody else is changing the key. */
  readonly write: (uses: LastUses) => Promise<LastUses>
  readonly observe: Observer
  /** A key is written at most once in this time. */
  readonly resolutionMs: number
  readonly flushMs: number
}

/** Notes when keys were last used, off the request's path: what is noted reaches the database a flush later. */
export interface UsageRecorder {
  /** Costs a comparison; never waits, never throws. */
  readonly touch: (record: KeyRecord, nowMs: number) => void
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
  let uses = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let dueMs = 0
  // A flush must not run as the request that happened to be noted first.
  const outsideOfRequests = AsyncLocalStorage.snapshot()

  function touch(record: KeyRecord, nowMs: number): void {
    if (nowMs - record.lastUsedMs < resolutionMs) return
    const { id, rotatedFromId } = record.principal.apiKey
    const isAwaited = rotatedFromId !== null && record.lastUsedMs === 0
    record.lastUsedMs = nowMs
    remember(id, nowMs)
    schedule(isAwaited ? Math.min(FIRST_USE_FLUSH_MS, flushMs) : flushMs)
  }

  function remember(id: string, atMs: number): void {
    const known = uses.get(id)
    if (known === undefined && uses.size >= MAX_REMEMBERED) return
    uses.set(id, known === undefined ? atMs : Math.max(known, atMs))
  }

  function schedule(inMs: number): void {
    const atMs = performance.now() + inMs
    if (timer !== undefined && dueMs <= atMs) return
    dueMs = atMs
    clearTimeout(timer)
    timer = outsideOfRequests(() => setTimeout(flush, inMs))
    timer.unref()
  }

  /** The flush under way; one at a time, so that the last one knows all that was not written. */
  let underWay: Promise<Outcome> | undefined

  function flush(): Promise<Outcome> {
    const flushing = (underWay === undefined ? writeAll() : underWay.then(writeAll)).then((outcome) => {
      if (underWay === flushing) underWay = undefined
      return outcome
    })
    underWay = flushing
    return flushing
  }

  async function writeAll(): Promise<Outcome> {
    clearTimeout(timer)
    timer = undefined
    if (uses.size === 0) return 'written'
    const batch = uses
    uses = new Map()
    try {
      const left = await write(batch)
      putBack(left)
      return left.size === 0 ? 'written' : 'left'
    } catch (cause) {
      putBack(batch)
      observe({ type: 'usage_flush_failed', keys: batch.size, cause: withoutHashes(cause) })
      return 'failed'
    }
  }

  function putBack(left: LastUses): void {
    for (const [id, atMs] of left) remember(id, atMs)
    if (left.size > 0) schedule(flushMs)
  }

  async function close(): Promise<void> {
    for (let tries = 1; (await flush()) === 'left' && tries < LAST_TRIES; tries += 1)
      await sleep(LAST_PAUSE_MS)
    clearTimeout(timer)
  }

  return {
    touch,
    flush: async () => {
      await flush()
    },
    close,
  }
}
