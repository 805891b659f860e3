/** A path inside of what is mounted at another. */
export function join(mount: string, path: string): string {
  const joined = `${trim(mount)}${trim(path)}`
  return joined === '' ? '/' : joined
}

/** A slash at the end says nothing, unless routing is strict; then the two of them are told as one. */
function trim(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}

// A text, or a parameter of its own; no pattern that might match less, or nothing.
const plainSegment = /^:?[^{}()*?+[\]!:\\|^$]+$/

/**
 * What remains of a middleware's mount path inside of another path: `/` where every request for the latter passes by it;
 * `null` where some may not, or where nobody can tell.
 */
export function remainderInside(middleware: string, path: string): string | null {
  const own = segmentsOf(middleware)
  const inner = segmentsOf(path)
  const shared = own.slice(0, inner.length)
  const isShared = shared.every((segment, at) => coversSegment(segment, inner[at] ?? ''))
  return isShared ? `/${own.slice(shared.length).join('/')}` : null
}

function coversSegment(own: string, inner: string): boolean {
  if (!plainSegment.test(own) || !plainSegment.test(inner)) return false
  return own === inner || own.startsWith(':')
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '')
}
