import { isImportedPrefix, MAX_IMPORTED, overlaps } from '../key/imported-secret.js'
import { invalidOption } from '../options.js'

/** Beginnings of keys that another system made; none may be taken for another, nor for the keyring's own. */
export function parseImported(factory: string, value: unknown, prefix: string): readonly string[] {
  if (value === undefined) return []
  const refuse = (problem: string) => invalidOption(factory, 'imported', problem)
  if (!Array.isArray(value) || value.length > MAX_IMPORTED || !value.every(isImportedPrefix)) {
    throw refuse(
      `must be a list of at most ${MAX_IMPORTED} beginnings such as "sk_live_", each of 2 to 32 letters, digits, "_" and "-"`,
    )
  }
  const imported: readonly string[] = [...new Set(value)]
  if (imported.some((start) => overlaps(start, `${prefix}_`))) {
    throw refuse('must not overlap with the prefix of the keyring’s own keys')
  }
  if (imported.some((one) => imported.some((other) => one !== other && overlaps(one, other)))) {
    throw refuse('must not hold beginnings that overlap')
  }
  return Object.freeze(imported)
}
