/** What JSON can say. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A plain object of JSON values. */
export interface JsonObject {
  readonly [name: string]: JsonValue
}

const MAX_DEPTH = 32

/** Why a value cannot be kept as JSON, as the end of a sentence. */
export class NotJson extends Error {}

/**
 * A frozen copy of a value, all the way down. Only what comes back from the database as it went in is taken: a
 * `Date` would come back as a text, a missing value not at all.
 */
export function toJson(value: unknown, depth = 0): JsonValue {
  if (depth > MAX_DEPTH) throw new NotJson(`must be nested at most ${MAX_DEPTH} deep`)
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return requireText(value)
  if (typeof value === 'number' && Number.isFinite(value)) return value
  // `Array.from` finds holes, which `map` passes over.
  if (Array.isArray(value)) return Object.freeze(Array.from(value, (item) => toJson(item, depth + 1)))
  if (isPlainObject(value)) return toJsonObject(value, depth)
  throw new NotJson('must hold nothing but texts, finite numbers, true, false, null, lists and plain objects')
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // Not `Object.prototype` itself: every realm has one of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** For what comes out of a JSON column, which holds nothing but JSON. */
export function isJsonObject(value: unknown): value is JsonObject {
  return isPlainObject(value)
}

export function toJsonObject(value: Readonly<Record<string, unknown>>, depth = 0): JsonObject {
  const entries = Object.entries(value).map(([name, item]) => [requireName(name), toJson(item, depth + 1)])
  return Object.freeze(Object.fromEntries(entries))
}

/** Whoever copies an object name by name would give this one another prototype. */
function requireName(name: string): string {
  if (name === '__proto__') throw new NotJson('must not have the name "__proto__"')
  return requireText(name)
}

/** PostgreSQL refuses both in `jsonb`. */
function requireText(text: string): string {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new NotJson('must not contain NUL characters or broken Unicode')
  }
  return text
}

/** One text for one content, however it is ordered: `jsonb` keeps no order of names. */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(value, (_name, item: JsonValue) =>
    isPlainObject(item) ? Object.fromEntries(Object.entries(item).toSorted(byName)) : item,
  )
}

/** No two are alike: they are names of one object. */
function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1
}
