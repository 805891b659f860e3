import type { EpochReading, EpochStep } from '../../src/epoch.js'

/** What a heartbeat reads after so many steps. */
export function reading(step: number, databaseMs = 0): EpochReading {
  return { epoch: BigInt(step), stamp: `stamp ${step}`, databaseMs }
}

/** The announcement of a step, which concerns these keys. */
export function announced(step: number, keyHashes: readonly string[] | null = ['changed']): EpochStep {
  return { epoch: BigInt(step), stamp: `stamp ${step}`, stampBefore: `stamp ${step - 1}`, keyHashes }
}
