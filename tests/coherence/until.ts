import { setTimeout as sleep } from 'node:timers/promises'

const PATIENCE_MS = 10_000

/** Waits for what is going on elsewhere. */
export async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited ${PATIENCE_MS} ms in vain for ${isSo}`)
    await sleep(1)
  }
}
