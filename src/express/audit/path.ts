/** What a path asks of a request, from the router on that it stands in. */
export interface Pattern {
  /** What is between its slashes; none for the root. */
  readonly segments: readonly string[]
  readonly isCaseSensitive: boolean
}

/** The path of a route, or of what is mounted. */
export interface Path extends Pattern {
  /** As the application has it. */
  readonly text: string
  /** Whether it takes one slash more off a request than it has, so that what is inside gets `/x` of `/in//x` too. */
  readonly takesSlash: boolean
}

/** A path inside of what is mounted at another. */
export function join(mount: string, path: string): string {
  const joined = `${trim(mount)}${trim(path)}`
  return joined === '' ? '/' : joined
}

/** A slash at the end says nothing, unless routing is strict; then the two of them are told as one. */
function trim(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}

/** Between slashes, for what nobody can tell. */
const anything = '*'

export function segmentsOf(text: string): readonly string[] {
  if (text === '') return []
  // Without its first slash a path is met by no request.
  return text.startsWith('/') ? text.slice(1).split('/') : [anything]
}

export function patternOfRegExp(regexp: RegExp): Path {
  // In brackets, no text of a path reads the same.
  return { text: `(${regexp})`, segments: [anything], isCaseSensitive: true, takesSlash: true }
}

// A text, or a parameter; no pattern that might match less, or nothing.
const plainSegment = /^:?[^{}()*?+[\]!:\\|^$]+$/
// More than a name beside the colon, as in `:file.json`, asks for more than a segment. Express 4 knows ASCII names alone.
const parameter = /^:[A-Za-z_]\w*$/

/**
 * What remains of a middleware's path inside of another path: the root where every request for the latter passes by it;
 * `null` where some may not, or where nobody can tell.
 */
export function remainderInside(middleware: Pattern, path: Path): Pattern | null {
  const { segments, isCaseSensitive } = middleware
  const shared = segments.slice(0, path.segments.length)
  const remainder = segments.slice(shared.length)
  if (path.takesSlash && remainder.length > 0) return null
  const ignoresMore = isCaseSensitive && !path.isCaseSensitive
  const isShared = shared.every((own, at) => {
    const inner = path.segments[at] ?? ''
    if (!plainSegment.test(own) || !plainSegment.test(inner)) return false
    return parameter.test(own) || (own === inner && !ignoresMore)
  })
  return isShared ? { segments: remainder, isCaseSensitive } : null
}

/** The same for a middleware that some requests may meet; `null` where none does. */
export function remainderOfSome({ segments, isCaseSensitive }: Pattern, path: Pattern): Pattern | null {
  for (const [at, inner] of path.segments.entries()) {
    const own = segments[at]
    if (own === undefined) break
    if (!plainSegment.test(own) || !plainSegment.test(inner)) return { segments: [], isCaseSensitive }
    const isText = !own.startsWith(':') && !inner.startsWith(':')
    if (isText && own.toLowerCase() !== inner.toLowerCase()) return null
  }
  return { segments: segments.slice(path.segments.length), isCaseSensitive }
}

/** Whether every request that has come so far meets it. */
export function isAtRoot({ segments }: Pattern): boolean {
  return segments.length === 0
}

/** Whether any request may meet it that has no further segment. */
export function mayBeAtRoot({ segments: [first] }: Pattern): boolean {
  return first === undefined || !plainSegment.test(first)
}
