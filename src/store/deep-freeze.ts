import { isPlainObject } from '../key/json.js'

/**
 * Freezes a row with the lists and objects inside of its JSON columns: many requests share it, and none may change
 * what the next one sees. Dates, bytes and decimals have no state that freezing would protect.
 */
export function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (Array.isArray(inner) || isPlainObject(inner)) deepFreeze(inner)
  }
  return Object.freeze(value)
}
