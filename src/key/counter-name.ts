/** Of a window that never ends. */
export const LIFETIME = 'lifetime'

/** What the keys of a chain of rotations spend, all of them together: to rotate a key is no refill. */
export function countersOfKey(familyId: string): string {
  return `key:${familyId}`
}

/** Goes with the last key of the chain, for no window ends it. */
export function lifetimeCounter(familyId: string): string {
  return `${countersOfKey(familyId)}:${LIFETIME}`
}
