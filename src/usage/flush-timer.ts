import { AsyncLocalStorage } from 'node:async_hooks'

export interface FlushTimer {
  /** Fires then, unless it fires sooner. */
  readonly set: (inMs: number) => void
  readonly clear: () => void
}

/** One timer for whatever waits; it holds no process up. */
export function createFlushTimer(fire: () => unknown): FlushTimer {
  let timer: NodeJS.Timeout | undefined
  let dueMs = 0
  // A flush must not run as the request that happened to be noted first.
  const outsideOfRequests = AsyncLocalStorage.snapshot()

  function clear(): void {
    clearTimeout(timer)
    timer = undefined
  }

  return {
    set(inMs) {
      const atMs = performance.now() + inMs
      if (timer !== undefined && dueMs <= atMs) return
      dueMs = atMs
      clearTimeout(timer)
      timer = outsideOfRequests(() => setTimeout(fire, inMs))
      timer.unref()
    },
    clear,
  }
}
