/** A restriction of a key as it is written, and as it is judged by; `null` is none. */
export interface Restriction<Text, Parsed> {
  readonly texts: readonly Text[] | null
  readonly parsed: Parsed | null
}

/** Throws for texts that say nothing: a limit that nobody can read must not be none. */
export function restriction<Text extends string, Parsed>(
  texts: readonly Text[],
  parse: (texts: readonly Text[]) => Parsed | null,
): Restriction<Text, Parsed> {
  if (texts.length === 0) return { texts: null, parsed: null }
  const parsed = parse(texts)
  if (parsed === null) throw new Error(`cannot be read: ${texts.join(', ')}`)
  return { texts: Object.freeze([...texts]), parsed }
}
