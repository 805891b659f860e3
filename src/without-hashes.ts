const hash = /[0-9a-f]{64}/i
const hashes = new RegExp(hash, 'gi')
/** The folder that an app runs in may be named by a hash, of a container's layer for one. */
const frames = /^ +at .*$/gm
/** An error that drags more along, such as a socket, is not searched to its end. */
const MAX_SEARCHED = 2_000

/**
 * The cause of a failure, fit for logs. Prisma quotes the query that failed, and PostgreSQL the row: both hold the
 * hashes of keys. An error that holds one, or so much that nobody can tell, is told by a new one of its name, code,
 * text and stack; any other stays as it is.
 */
export function withoutHashes(cause: unknown): unknown {
  if (!mayHoldHash(cause)) return cause
  if (!(cause instanceof Error))
    return new Error('what was thrown is not told, for it may hold the hash of a key')
  const told = new Error(redacted(cause.message))
  told.name = cause.name
  if (cause.stack !== undefined) told.stack = redacted(cause.stack)
  return 'code' in cause ? Object.assign(told, { code: redacted(String(cause.code)) }) : told
}

function mayHoldHash(cause: unknown): boolean {
  const searched = new Set<object>()
  const open: unknown[] = [cause]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'string' && hash.test(value)) return true
    if (typeof value !== 'object' || value === null || searched.has(value)) continue
    searched.add(value)
    if (value instanceof Map || value instanceof Set) return true
    if (value instanceof Error) open.push(value.message, value.stack?.replaceAll(frames, ''), value.cause)
    if (ArrayBuffer.isView(value)) continue
    const inner = Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([name, property]) =>
      name === 'stack' && value instanceof Error ? [] : [property.value],
    )
    if (inner.length + open.length + searched.size > MAX_SEARCHED) return true
    open.push(...inner)
  }
  return false
}

function redacted(text: string): string {
  return text.replaceAll(hashes, '[hash]')
}
