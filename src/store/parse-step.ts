import type { EpochStep } from '../epoch.js'

/** Whoever may connect may send anything, so nothing is taken for granted. */
export function parseStep(payload: string): EpochStep | null {
  if (!payload.startsWith('{')) return null
  try {
    const { epoch, stamp, before, hashes }: Record<string, unknown> = JSON.parse(payload)
    const isStep = isText(epoch) && isText(stamp) && isText(before) && (hashes === null || isTexts(hashes))
    return isStep ? { epoch: BigInt(epoch), stamp, stampBefore: before, keyHashes: hashes } : null
  } catch {
    return null
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText)
}
