import { setTimeout as sleep } from 'node:timers/promises'

export const seconds = (count) => count * 1_000
export const minutes = (count) => count * 60_000

export { sleep }

/** A part that hangs must fail, not hang. */
export async function withinTime(limitMs, what, promise) {
  let timer
  const expired = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${limitMs / 1_000} s.`)), limitMs)
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}

/** Asks until it is so. */
export async function until(limitMs, what, isSo) {
  const end = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`${what} did not come about in ${limitMs / 1_000} s.`)
    await sleep(50)
  }
}
