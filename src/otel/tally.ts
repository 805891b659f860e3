import type { Attributes, Observable } from '@opentelemetry/api'

/** Adds to one of the counts. A name that is not of the set adds to nothing: no value from outside becomes a label. */
export type Tally<Name extends string> = (name: Name, amount?: number) => void

/**
 * Counts by a closed set of names, each with its labels, and tells the counts when metrics are collected. An
 * instrument that is told each time would cost a request more than all the rest of being recorded.
 */
export function createTally<Name extends string>(
  instrument: Observable,
  labels: Readonly<Record<Name, Attributes>>,
): Tally<Name> {
  const rows = new Map<string, { readonly attributes: Attributes; count: number }>(
    Object.entries<Attributes>(labels).map(([name, attributes]) => [name, { attributes, count: 0 }]),
  )
  // Those of 0 too: a rate needs to see where a count began.
  instrument.addCallback((result) => {
    for (const { attributes, count } of rows.values()) result.observe(count, attributes)
  })
  return (name, amount = 1) => {
    const row = rows.get(name)
    if (row !== undefined) row.count += amount
  }
}
