/** First come, first served within each tenant; and of tenants, each in turn. */
export interface FairQueue<Entry> {
  readonly push: (entry: Entry) => void
  readonly shift: () => Entry | undefined
  readonly isEmpty: () => boolean
}

interface FairQueueOptions<Entry> {
  readonly tenantOf: (entry: Entry) => unknown
  /** Asked when its turn has come: what nobody waits for any more takes no turn of its tenant's. */
  readonly isWanted: (entry: Entry) => boolean
}

/** Whoever brings hundreds at once waits for himself, and nobody else does. */
export function createFairQueue<Entry>({ tenantOf, isWanted }: FairQueueOptions<Entry>): FairQueue<Entry> {
  // By whose turn is next: a map keeps the order in which tenants came.
  const lines = new Map<unknown, Entry[]>()

  /** Those before it, and itself, have left the line. */
  function firstWanted(line: Entry[]): Entry | undefined {
    for (let entry = line.shift(); entry !== undefined; entry = line.shift()) {
      if (isWanted(entry)) return entry
    }
    return undefined
  }

  return {
    push(entry) {
      const line = lines.get(tenantOf(entry))
      if (line === undefined) lines.set(tenantOf(entry), [entry])
      else line.push(entry)
    },
    shift() {
      for (const [tenant, line] of lines) {
        const entry = firstWanted(line)
        lines.delete(tenant)
        if (line.length > 0) lines.set(tenant, line)
        if (entry !== undefined) return entry
      }
      return undefined
    },
    isEmpty: () => lines.size === 0,
  }
}
