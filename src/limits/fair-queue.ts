/** First come, first served within each tenant; and of tenants, each in turn. */
export interface FairQueue<Entry> {
  readonly push: (entry: Entry) => void
  readonly shift: () => Entry | undefined
  readonly isEmpty: () => boolean
}

/** Whoever brings hundreds at once waits for himself, and nobody else does. */
export function createFairQueue<Entry>(tenantOf: (entry: Entry) => unknown): FairQueue<Entry> {
  // By whose turn is next: a map keeps the order in which tenants came.
  const lines = new Map<unknown, Entry[]>()

  return {
    push(entry) {
      const line = lines.get(tenantOf(entry))
      if (line === undefined) lines.set(tenantOf(entry), [entry])
      else line.push(entry)
    },
    shift() {
      for (const [tenant, line] of lines) {
        const entry = line.shift()
        lines.delete(tenant)
        if (line.length > 0) lines.set(tenant, line)
        return entry
      }
      return undefined
    },
    isEmpty: () => lines.size === 0,
  }
}
