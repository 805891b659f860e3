import { DAY_MS } from '../clock.js'
import type { KeyUse, KeyUses } from '../key/use.js'

interface Counted {
  day: number
  requests: number
  refused: number
}

/** A use as it grows. */
interface Pending extends KeyUse {
  lastUsedMs: number
  readonly days: Counted[]
  /** On the monotonic clock. */
  readonly sinceMs: number
}

export interface PendingUses {
  /** Answers whether this key had nothing pending. */
  readonly count: (id: string, nowMs: number, requests: number, refused: number) => boolean
  readonly stamp: (id: string, atMs: number) => void
  /** Takes out what has a time of last use, or has waited for this long. */
  readonly take: (olderThanMs: number) => KeyUses
  readonly putBack: (uses: KeyUses) => void
  /** When the oldest began to wait, on the monotonic clock; `null` when there is none. */
  readonly oldestMs: () => number | null
  readonly size: () => number
}

/** Keeps the uses of so many keys at most: those of others are not noted. */
export function createPendingUses(max: number): PendingUses {
  const pending = new Map<string, Pending>()

  function open(id: string, days: Counted[]): Pending | null {
    if (pending.size >= max) return null
    const opened = { lastUsedMs: 0, days, sinceMs: performance.now() }
    pending.set(id, opened)
    return opened
  }

  function add(days: Counted[], day: number, requests: number, refused: number): void {
    // Nearly always the newest is the one: this runs at every request.
    const newest = days.at(-1)
    const counted = newest?.day === day ? newest : days.find((known) => known.day === day)
    if (counted === undefined) {
      days.push({ day, requests, refused })
      return
    }
    counted.requests += requests
    counted.refused += refused
  }

  function stamp(id: string, atMs: number): void {
    const use = pending.get(id) ?? open(id, [])
    if (use !== null) use.lastUsedMs = Math.max(use.lastUsedMs, atMs)
  }

  return {
    count(id, nowMs, requests, refused) {
      const day = Math.floor(nowMs / DAY_MS)
      const known = pending.get(id)
      // A list that is made with its first entry has no room in vain: half of what a use weighs.
      if (known === undefined) return open(id, [{ day, requests, refused }]) !== null
      add(known.days, day, requests, refused)
      return false
    },
    stamp,
    take(olderThanMs) {
      const latestMs = performance.now() - olderThanMs
      const due = [...pending].filter(([, use]) => use.lastUsedMs > 0 || use.sinceMs <= latestMs)
      for (const [id] of due) pending.delete(id)
      return new Map(due)
    },
    putBack(uses) {
      for (const [id, { lastUsedMs, days }] of uses) {
        const use = pending.get(id) ?? open(id, [])
        if (use === null) continue
        use.lastUsedMs = Math.max(use.lastUsedMs, lastUsedMs)
        for (const { day, requests, refused } of days) add(use.days, day, requests, refused)
      }
    },
    oldestMs() {
      const [oldest] = pending.values()
      return oldest?.sinceMs ?? null
    },
    size: () => pending.size,
  }
}
