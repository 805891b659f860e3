import { InvalidInput } from '../../errors.js'
import {
  requireAllowedCidrs,
  requireExpiry,
  requireLimits,
  requireName,
  requireScopes,
} from '../key-input.js'
import { holdsSecretOf } from './holds-secret.js'
import { columnOf, type KeyOfLine, type RefusedLine } from './import-of-owner.js'
import {
  hashOfSecret,
  requireHash,
  requireInstant,
  requireList,
  requireOwner,
  requirePrefix,
} from './import-values.js'

/** What a line may tell; all else is refused, for it might have been meant. */
export const importColumns: readonly string[] = [
  ...['tenant_id', 'user_id', 'name', 'prefix', 'hash', 'secret'],
  ...['scopes', 'limits', 'allowed_cidrs', 'expires_at', 'created_at'],
]

/** A line as it stands in a file; an empty text is none. */
export type ImportRow = Readonly<Record<string, unknown>>

/** Reads a line into a key. Whatever it holds, no problem quotes it: it may be a secret. */
export function readImportRow(line: number, row: ImportRow, ownPrefix: string): KeyOfLine | RefusedLine {
  if (!Object.keys(row).every((column) => importColumns.includes(column))) {
    return { line, problem: `has a field that is none of ${importColumns.join(', ')}` }
  }
  try {
    return { line, ...readKey(row, ownPrefix) }
  } catch (error) {
    if (error instanceof InvalidInput) return { line, problem: `${columnOf(error.field)} ${error.problem}` }
    throw error
  }
}

function readKey(row: ImportRow, ownPrefix: string): Omit<KeyOfLine, 'line'> {
  const valueIn = (column: string) => (row[column] === '' ? undefined : (row[column] ?? undefined))
  const keyPrefix = requirePrefix(valueIn('prefix'), ownPrefix)
  const name = requireName(valueIn('name') ?? 'imported')
  const [hash, secret] = [valueIn('hash'), valueIn('secret')]
  if ((hash === undefined) === (secret === undefined)) {
    throw new InvalidInput('hash', 'or secret must be given, and not both')
  }
  if (typeof secret === 'string' && name.includes(secret)) throw holdsSecret('name')
  const keyHash = secret === undefined ? requireHash(hash) : hashOfSecret(secret, keyPrefix)
  const itself = { has: (hash: string) => hash === keyHash, prefixes: [keyPrefix] }
  if (holdsSecretOf(itself, keyPrefix)) throw holdsSecret('prefix')
  if (holdsSecretOf(itself, name)) throw holdsSecret('name')
  const [expiresAt, createdAt] = [valueIn('expires_at'), valueIn('created_at')]
  return {
    tenantId: requireOwner('tenantId', valueIn('tenant_id')),
    userId: requireOwner('userId', valueIn('user_id')),
    name,
    keyPrefix,
    keyHash,
    scopes: requireScopes(requireList('scopes', valueIn('scopes') ?? []), undefined),
    limits: requireLimits(requireList('limits', valueIn('limits'))),
    allowedCidrs: requireAllowedCidrs(requireList('allowedCidrs', valueIn('allowed_cidrs'))),
    expiresAt: expiresAt === undefined ? null : requireExpiry(requireInstant('expiresAt', expiresAt)),
    createdAt: createdAt === undefined ? null : requireInstant('createdAt', createdAt),
  }
}

function holdsSecret(field: string): InvalidInput {
  return new InvalidInput(field, 'must not hold a secret')
}
