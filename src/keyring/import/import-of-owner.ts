import { randomUUID } from 'node:crypto'
import { InvalidInput } from '../../errors.js'
import type { NewAuditEvent } from '../../key/audit-event.js'
import type { ImportTransaction } from '../../store/import-transaction.js'
import type { ImportedKey } from '../../store/imported-keys.js'
import { issuedDetails } from '../issued-details.js'

/** A key of another system, as a line of a file tells of it. */
export interface KeyOfLine extends Omit<ImportedKey, 'id'> {
  readonly line: number
  readonly tenantId: string
  readonly userId: string
}

/** Why a line is not imported, in words that follow its number. */
export interface RefusedLine {
  readonly line: number
  readonly problem: string
}

/** What became of the lines of one owner. */
export interface Imported {
  readonly imported: readonly number[]
  /** Keys that were there before, in the same tenant. */
  readonly known: readonly number[]
  readonly refused: readonly RefusedLine[]
  readonly events: readonly NewAuditEvent[]
}

/** Adds what can be added of keys that are all of the owner of the first. */
export async function importOfOwner(
  keys: ImportTransaction,
  [first, ...others]: readonly [KeyOfLine, ...KeyOfLine[]],
): Promise<Imported> {
  const lines = [first, ...others].map((line) => ({ ...line, id: randomUUID() }))
  const refuseAll = (problem: string) => refusing(lines.map(({ line }) => ({ line, problem })))
  try {
    const added = await keys.addImported(first, lines)
    if (added === null) return refuseAll('user_id is no user of the tenant in tenant_id')
    const isAdded = ({ keyHash }: KeyOfLine) => added.has(keyHash)
    const rest = lines.filter((line) => !isAdded(line))
    const imported = lines.filter(isAdded)
    return {
      imported: imported.map(({ line }) => line),
      ...(await tellTaken(keys, first.tenantId, rest)),
      events: imported.map((key) => ({
        apiKeyId: key.id,
        type: 'issued',
        details: { ...issuedDetails(key), imported: true },
      })),
    }
  } catch (error) {
    if (error instanceof InvalidInput) return refuseAll(`${columnOf(error.field)} ${error.problem}`)
    throw error
  }
}

function refusing(refused: readonly RefusedLine[]): Imported {
  return { imported: [], known: [], refused, events: [] }
}

/** Of a key of another tenant, nothing is told but that it cannot be imported. */
async function tellTaken(
  keys: ImportTransaction,
  tenantId: string,
  lines: readonly KeyOfLine[],
): Promise<Pick<Imported, 'known' | 'refused'>> {
  if (lines.length === 0) return { known: [], refused: [] }
  const hashes = lines.map(({ keyHash }) => keyHash)
  const taken = await keys.findTaken(tenantId, hashes)
  const ofTenant = new Set(taken.filter(({ isOfTenant }) => isOfTenant).map(({ keyHash }) => keyHash))
  const isKnown = ({ keyHash }: KeyOfLine) => ofTenant.has(keyHash)
  return {
    known: lines.filter(isKnown).map(({ line }) => line),
    refused: lines
      .filter((line) => !isKnown(line))
      .map(({ line }) => ({ line, problem: 'is a key of another tenant already' })),
  }
}

/** The keyring names the field of its input; a file has columns. */
export function columnOf(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
