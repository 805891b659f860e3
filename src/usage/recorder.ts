import { AsyncLocalStorage } from 'node:async_hooks'
import type { Observer } from '../events.js'
import type { KeyRecord } from '../key/verdict.js'

/** However long the database is away, this many keys are remembered for it. */
const MAX_REMEMBERED = 100_000

export interface RecorderOptions {
  readonly write: (uses: ReadonlyMap<string, number>) => Promise<void>
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
  // A flush must not run as the request that happened to be noted first.
  const outsideOfRequests = AsyncLocalStorage.snapshot()

  function touch(record: KeyRecord, nowMs: number): void {
    if (nowMs - record.lastUsedMs < resolutionMs) return
    record.lastUsedMs = nowMs
    remember(record.principal.apiKey.id, nowMs)
    schedule()
  }

  function remember(id: string, atMs: number): void {
    const known = uses.get(id)
    if (known === undefined && uses.size >= MAX_REMEMBERED) return
    uses.set(id, known === undefined ? atMs : Math.max(known, atMs))
  }

  function schedule(): void {
    if (timer !== undefined) return
    timer = outsideOfRequests(() => setTimeout(flush, flushMs))
    timer.unref()
  }

  /** The flush under way; one at a time, so that the last one knows all that was not written. */
  let underWay: Promise<void> | undefined

  function flush(): Promise<void> {
    const flushing = (underWay === undefined ? writeAll() : underWay.then(writeAll)).then(() => {
      if (underWay === flushing) underWay = undefined
    })
    underWay = flushing
    return flushing
  }

  async function writeAll(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (uses.size === 0) return
    const batch = uses
    uses = new Map()
    try {
      await write(batch)
    } catch (cause) {
      for (const [id, atMs] of batch) remember(id, atMs)
      observe({ type: 'usage_flush_failed', keys: batch.size, cause })
      schedule()
    }
  }

  return {
    touch,
    flush,
    async close() {
      await flush()
      clearTimeout(timer)
    },
  }
}
