/** What a raw query answered, which no compiler has seen. Throws for rows of another kind than was asked for. */
export function requireRows<Row>(rows: unknown, isRow: (row: unknown) => row is Row): readonly Row[] {
  if (Array.isArray(rows) && rows.every(isRow)) return rows
  throw new Error('the client answered a raw query with something else than its rows')
}
