import { holdsSecretOf } from '../../keyring/import/holds-secret.js'
import type { KeyOfLine, RefusedLine } from '../../keyring/import/import-of-owner.js'
import { readImportRow } from '../../keyring/import/import-row.js'
import { parseImported } from '../../keyring/imported-option.js'
import { readRows } from './read-rows.js'

export interface ReadKeys {
  readonly keys: readonly KeyOfLine[]
  readonly refused: readonly RefusedLine[]
  /** What the keys begin with. */
  readonly prefixes: readonly string[]
}

/** Throws for a file that cannot be read, and for beginnings that no keyring could be told of. */
export function readKeys(file: string, ownPrefix: string): ReadKeys {
  const keys: KeyOfLine[] = []
  const refused: RefusedLine[] = []
  for (const { line, row } of readRows(file)) {
    const read = row === null ? { line, problem: 'is no JSON object' } : readImportRow(line, row, ownPrefix)
    if ('problem' in read) refused.push(read)
    else keys.push(read)
  }
  const prefixes = [...new Set(keys.map(({ keyPrefix }) => keyPrefix))]
  const hashes = new Set(keys.map(({ keyHash }) => keyHash))
  const known = { has: (hash: string) => hashes.has(hash), prefixes }
  const named = new Set(keys.filter(({ name }) => holdsSecretOf(known, name)))
  return {
    keys: keys.filter((key) => !named.has(key)),
    refused: [
      ...refused,
      ...[...named].map(({ line }) => ({ line, problem: 'name must not hold the secret of another line' })),
    ],
    prefixes: parseImported('createKeyring', prefixes, ownPrefix),
  }
}
