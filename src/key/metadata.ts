import { isPlainObject, type JsonObject, type JsonValue, NotJson, toJsonObject } from './json.js'

/** Names and values that an application keeps with a key. */
export type Metadata = Readonly<Record<string, JsonValue>>

export const MAX_METADATA_BYTES = 4_096

/** A frozen copy. Throws `NotJson`. */
export function parseMetadata(value: unknown): JsonObject {
  if (!isPlainObject(value)) throw new NotJson('must be a plain object')
  const metadata = toJsonObject(value)
  if (Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES) {
    throw new NotJson(`must have at most ${MAX_METADATA_BYTES} bytes as JSON`)
  }
  return metadata
}
