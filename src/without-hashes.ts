import { inspect } from 'node:util'

const hashes = /[0-9a-f]{64}/gi

/**
 * The cause of a failure, fit for logs. Prisma quotes the query that failed, and PostgreSQL the row: both hold the
 * hashes of keys. Such an error is told by a new one of its name, code, text and stack; any other stays as it is.
 */
export function withoutHashes(cause: unknown): unknown {
  if (!holdsHash(cause)) return cause
  if (!(cause instanceof Error)) return new Error('what was thrown held the hash of a key')
  const told = new Error(redacted(cause.message))
  told.name = cause.name
  if (cause.stack !== undefined) told.stack = redacted(cause.stack)
  return 'code' in cause ? Object.assign(told, { code: redacted(String(cause.code)) }) : told
}

function holdsHash(cause: unknown): boolean {
  const all = inspect(cause, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity })
  return all.search(hashes) >= 0
}

function redacted(text: string): string {
  return text.replaceAll(hashes, '[hash]')
}
