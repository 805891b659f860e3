/** A scope as it is written: `orders:read`, `orders:*` (all under `orders:`), `*` (all). */
export type Scope = string

export const MAX_SCOPES = 100
const MAX_SCOPE_LENGTH = 200
const segmentGrammar = /^[a-z0-9_-]+$/

/** Segments of `[a-z0-9_-]` joined by colons; a wildcard only as the whole last segment; case-sensitive. */
export function isScope(text: unknown): text is Scope {
  if (typeof text !== 'string' || text.length > MAX_SCOPE_LENGTH) return false
  const segments = text.split(':')
  const last = segments.pop()
  return segments.every(isSegment) && (last === '*' || isSegment(last ?? ''))
}

function isSegment(text: string): boolean {
  return segmentGrammar.test(text)
}

export function isScopeList(value: unknown): value is readonly Scope[] {
  // Spread, because `every` passes over holes.
  return Array.isArray(value) && value.length <= MAX_SCOPES && [...value].every(isScope)
}
